// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/archive_view.hpp"

#include "archive_stream.hpp"
#include "member_file.hpp"
#include "read_only_view.hpp"
#include "tar_header.hpp"

#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/compression.hpp"

#include <optional>
#include <set>
#include <utility>

namespace ffdump {
namespace {

Result<void> read_to_end(ArchiveStream& stream, const UnpackProgress& progress) {
    return stream.for_each([&](const ArchiveMember&) -> Result<void> {
        for (;;) {
            Result<std::string_view> piece = stream.read();
            if (!piece) {
                return failed(std::move(piece.error()));
            }
            if (piece->empty()) {
                return {};
            }
            if (progress && !progress(stream.position())) {
                return failed(Reason::interrupted, "interrupted while reading the archive");
            }
        }
    });
}

}  // namespace

Result<bool> begins_as_dump_archive(FileSystem& files, const std::string& path) {
    Result<bool> is_file = is_no_folder(files, path, FilePurpose::reading);
    if (!is_file || !*is_file) {
        return is_file;
    }
    const Result<std::unique_ptr<File>> file = files.open_read(path);
    const Result<Compression::Kind> packing =
        file ? compression_of_file(**file) : failed(file.error());
    if (!packing) {
        return failed(packing.error());
    }
    if (*packing != Compression::Kind::zstd) {
        return false;
    }
    const std::unique_ptr<ByteSource> bytes = make_file_source(**file);
    const std::unique_ptr<ByteSource> unpacked =
        make_unpacking_source(*bytes, Compression::Kind::zstd, path);
    const Result<std::string> header = read_up_to(*unpacked, kTarBlockBytes);
    return header && size_in_tar_header(*header, kManifestMember).has_value();
}

Result<bool> is_dump_archive(FileSystem& files, const std::string& path) {
    return path.ends_with(".tar.zst") ? is_no_folder(files, path, FilePurpose::reading)
                                      : begins_as_dump_archive(files, path);
}

Result<std::unique_ptr<FileSystem>> open_archive_view(FileSystem& files, const std::string& path,
                                                      const UnpackProgress& progress) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    const Result<FileIdentity> identity = (*file)->identity();
    if (!identity) {
        return failed(identity.error());
    }
    const std::unique_ptr<ByteSource> bytes = make_file_source(**file);
    ArchiveStream stream(*bytes, path);
    Result<void> read = stream.open().and_then([&] { return read_to_end(stream, progress); });
    if (!read) {
        return failed(std::move(read.error()));
    }
    std::set<std::string> names;
    for (const ArchiveMember& member : stream.layout().members()) {
        names.insert(member.path);
    }
    return make_read_only_view(files, path, std::move(names),
                               [&files, path, layout = stream.layout(), identity = *identity](
                                   const std::string& name, const std::string& as) {
                                   return open_member_file(
                                       files, {path, identity, as, *layout.find(name)});
                               });
}

}  // namespace ffdump

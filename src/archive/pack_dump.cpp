// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/pack_dump.hpp"

#include "archive_layout.hpp"
#include "frame_writer.hpp"
#include "tar_header.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/io/sha256.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/manifest_trust.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;

class Packing {
 public:
    Packing(FileSystem& files, const PackOptions& options, const ArchiveOutput& output,
            const ArchiveProgress& progress)
        : files_(files),
          options_(options),
          directory_(options.directory),
          writer_({options.threads, options.level, options.frame_bytes}, output),
          progress_(progress) {}

    Result<PackSummary> run() {
        return read_manifest()
            .and_then([this] { return take_signature(); })
            .and_then([this] { return check_names(); })
            .and_then([this] { return write_all(); })
            .map([this] {
                summary_.packed_bytes = writer_.packed_bytes();
                return summary_;
            });
    }

 private:
    [[nodiscard]] Result<void> read_manifest();
    [[nodiscard]] Result<void> take_signature();
    [[nodiscard]] Result<void> check_names();
    [[nodiscard]] Result<void> write_all();
    [[nodiscard]] Result<void> write_member(const ArchiveMember& member);
    [[nodiscard]] Result<void> copy_file(const ArchiveMember& member);
    [[nodiscard]] Result<void> show_progress(std::uint64_t bytes);

    FileSystem& files_;
    const PackOptions& options_;
    OutputDirectory directory_;
    FrameWriter writer_;
    const ArchiveProgress& progress_;
    std::string manifest_text_;
    Manifest manifest_;
    std::optional<std::string> signature_;
    PackSummary summary_;
    std::uint64_t bytes_total_ = 0;
};

Result<void> Packing::read_manifest() {
    const Result<bool> is_complete = files_.exists(directory_.manifest(), FilePurpose::reading);
    if (!is_complete) {
        return failed(is_complete.error());
    }
    if (!*is_complete) {
        return failed(Error(Reason::output_incomplete,
                            "there is no manifest: no complete run of ffdump migrate is here")
                          .at_file(directory_.path()));
    }
    Result<std::string> text = read_small_file(files_, directory_.manifest(), kMostManifestBytes);
    if (!text) {
        return failed(std::move(text.error()));
    }
    manifest_text_ = std::move(*text);
    return parse_manifest(manifest_text_)
        .map([this](Manifest manifest) {
            manifest_ = std::move(manifest);
            summary_.run_id = manifest_.run_id;
        })
        .map_error([this](Error error) { return std::move(error).at_file(directory_.manifest()); });
}

Result<void> Packing::take_signature() {
    if (options_.sign) {
        return options_.sign(manifest_text_).map([this](std::string text) {
            signature_ = std::move(text);
        });
    }
    return read_signature(files_, directory_).map([this](std::optional<std::string> text) {
        signature_ = std::move(text);
    });
}

Result<void> Packing::check_names() {
    std::set<std::string> missing;
    for (const ManifestFile& file : manifest_.files) {
        if (file.action != "drop") {
            missing.insert(target_name_of(manifest_, file.name));
        }
    }
    summary_.files = missing.size();
    Result<std::vector<DirectoryEntry>> entries =
        files_.list(directory_.path(), FilePurpose::reading);
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    for (const DirectoryEntry& entry : *entries) {
        const bool is_hidden = entry.name.starts_with('.');
        if (missing.erase(entry.name) == 0 && !is_hidden) {
            return failed(Error(Reason::file_extra, "the manifest does not name this file")
                              .at_file(directory_.file(entry.name)));
        }
    }
    if (!missing.empty()) {
        return failed(
            Error(Reason::file_missing, "the manifest names this file, and it is not there")
                .at_file(directory_.file(*missing.begin())));
    }
    return {};
}

Result<void> Packing::write_all() {
    const ArchiveLayout layout(
        manifest_, manifest_text_.size(),
        signature_ ? std::optional<std::uint64_t>(signature_->size()) : std::nullopt);
    summary_.is_signed = signature_.has_value();
    for (const ArchiveMember& member : layout.members()) {
        bytes_total_ += member.bytes;
    }
    for (const ArchiveMember& member : layout.members()) {
        Result<void> written =
            write_member(member).and_then([this] { return writer_.end_frame(); });
        if (!written) {
            return written;
        }
    }
    return writer_.add(std::string(kTarEndBytes, '\0')).and_then([this] {
        return writer_.finish();
    });
}

Result<void> Packing::write_member(const ArchiveMember& member) {
    const auto write_content = [&]() -> Result<void> {
        if (member.path == kManifestMember) {
            return writer_.add(manifest_text_);
        }
        return member.path == kSignatureMember ? writer_.add(*signature_) : copy_file(member);
    };
    return writer_.add(member.header).and_then(write_content).and_then([&] {
        return writer_.add(std::string(tar_padding(member.bytes), '\0'));
    });
}

Result<void> Packing::copy_file(const ArchiveMember& member) {
    const std::string path = directory_.file(member.path);
    const Reason differs =
        member.path == kFailuresMember ? Reason::failures_differ : Reason::checksum_differs;
    Result<std::unique_ptr<File>> file = files_.open_read(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    Sha256 sha256;
    std::uint64_t bytes = 0;
    std::vector<char> chunk(kChunkBytes);
    for (;;) {
        Result<std::size_t> got = (*file)->read(chunk);
        if (!got) {
            return failed(std::move(got.error()));
        }
        bytes += *got;
        if (bytes > member.bytes || (*got == 0 && bytes != member.bytes)) {
            return failed(
                Error(differs,
                      fmt::format("the file is {} than the {} bytes of the manifest",
                                  bytes > member.bytes ? "longer" : "shorter", member.bytes))
                    .at_file(path));
        }
        if (*got == 0) {
            break;
        }
        const std::string_view piece(chunk.data(), *got);
        sha256.add(piece);
        Result<void> added = writer_.add(piece).and_then([&] { return show_progress(*got); });
        if (!added) {
            return added;
        }
    }
    if (const std::string hex = sha256.hex(); hex != member.sha256) {
        return failed(
            Error(differs, fmt::format("SHA-256 is {}, the manifest says {}", hex, member.sha256))
                .at_file(path));
    }
    return {};
}

Result<void> Packing::show_progress(std::uint64_t bytes) {
    summary_.content_bytes += bytes;
    if (progress_ && !progress_(summary_.content_bytes, bytes_total_)) {
        return failed(Error(Reason::interrupted, "interrupted while packing")
                          .hint("give the same command again; it begins anew"));
    }
    return {};
}

}  // namespace

Result<PackSummary> pack_dump(FileSystem& files, const PackOptions& options,
                              const ArchiveOutput& output, const ArchiveProgress& progress) {
    return Packing(files, options, output, progress).run();
}

Result<PackSummary> pack_dump_to_file(FileSystem& files, const PackOptions& options,
                                      const std::string& path, const ArchiveProgress& progress) {
    const Result<bool> is_taken = files.exists(path, FilePurpose::writing);
    if (!is_taken) {
        return failed(is_taken.error());
    }
    if (*is_taken) {
        return failed(Error(Reason::output_occupied, "there is a file of that name already")
                          .at_file(path)
                          .hint("give another name, or move the old archive away"));
    }
    const std::string temporary = temporary_of(path);
    Result<std::unique_ptr<File>> file = files.create(temporary);
    if (!file) {
        return failed(std::move(file.error()));
    }
    Result<PackSummary> packed = pack_dump(
        files, options, [&](std::string_view bytes) { return (*file)->write(bytes); }, progress);
    if (packed) {
        Result<void> named =
            (*file)->sync().and_then([&] { return (*file)->close(); }).and_then([&] {
                return files.rename_new(temporary, path);
            });
        if (named) {
            named = files.sync_directory(folder_of(path));
            return named ? std::move(packed)
                         : Result<PackSummary>(failed(std::move(named.error())));
        }
        packed = failed(std::move(named.error()));
    }
    // The first error is the one that tells why; this is only tidying up.
    static_cast<void>(files.remove(temporary));
    return packed;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/archive_view.hpp"

#include "archive_stream.hpp"
#include "member_file.hpp"
#include "tar_header.hpp"

#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/io/random_bytes.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace ffdump {
namespace {

constexpr const char* kStateFolder = ".ffdump";

class ArchiveView final : public FileSystem {
 public:
    ArchiveView(FileSystem& below, std::string root, ArchiveLayout layout, FileIdentity identity)
        : below_(below), root_(std::move(root)), layout_(std::move(layout)), identity_(identity) {}

    [[nodiscard]] Result<std::unique_ptr<File>> open_read(const std::string& path) override {
        const std::optional<std::string> name = inside(path);
        return name ? open_member(path, *name) : below_.open_read(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_read_back(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.open_read_back(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_append(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.open_append(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_update(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.open_update(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.create(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create_unnamed(
        const std::string& directory) override {
        return inside(directory) ? failed(read_only(directory)) : below_.create_unnamed(directory);
    }
    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        return inside(from) || inside(to) ? failed(read_only(to)) : below_.rename(from, to);
    }
    [[nodiscard]] Result<void> rename_new(const std::string& from, const std::string& to) override {
        return inside(from) || inside(to) ? failed(read_only(to)) : below_.rename_new(from, to);
    }
    [[nodiscard]] Result<void> remove(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.remove(path);
    }
    [[nodiscard]] Result<void> make_directories(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.make_directories(path);
    }
    [[nodiscard]] Result<void> sync_directory(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.sync_directory(path);
    }
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
        const std::optional<std::string> name = inside(path);
        return name ? Result<std::vector<DirectoryEntry>>(entries_of(*name)) : below_.list(path);
    }
    [[nodiscard]] bool exists(const std::string& path) override {
        const std::optional<std::string> name = inside(path);
        return name ? is_folder(*name) || layout_.find(*name) != nullptr : below_.exists(path);
    }
    [[nodiscard]] bool is_directory(const std::string& path) override {
        const std::optional<std::string> name = inside(path);
        return name ? is_folder(*name) : below_.is_directory(path);
    }
    [[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path) override {
        return inside(path) ? failed(read_only(path)) : below_.free_bytes(path);
    }
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                         std::string_view holder) override {
        return inside(path) ? failed(read_only(path)) : below_.lock(path, holder);
    }

 private:
    /// The path within the archive, empty for itself; nothing for a path that is elsewhere.
    [[nodiscard]] std::optional<std::string> inside(const std::string& path) const {
        if (path == root_) {
            return std::string();
        }
        const bool is_below =
            path.starts_with(root_) && path.size() > root_.size() && path[root_.size()] == '/';
        return is_below ? std::optional(path.substr(root_.size() + 1)) : std::nullopt;
    }
    [[nodiscard]] static bool is_folder(const std::string& name) {
        return name.empty() || name == kStateFolder;
    }
    [[nodiscard]] static Error read_only(const std::string& path) {
        return Error(Reason::output_unwritable, "an archive is only read").at_file(path);
    }

    [[nodiscard]] std::vector<DirectoryEntry> entries_of(const std::string& folder) const {
        const std::string prefix = folder.empty() ? "" : folder + "/";
        std::set<std::string> names;
        for (const ArchiveMember& member : layout_.members()) {
            if (member.path.starts_with(prefix)) {
                const std::string rest = member.path.substr(prefix.size());
                names.insert(rest.substr(0, rest.find('/')));
            }
        }
        std::vector<DirectoryEntry> entries;
        for (const std::string& name : names) {
            const bool is_state = folder.empty() && name == kStateFolder;
            entries.push_back({name, is_state ? EntryKind::directory : EntryKind::file});
        }
        return entries;
    }

    [[nodiscard]] Result<std::unique_ptr<File>> open_member(const std::string& path,
                                                            const std::string& name) {
        const ArchiveMember* const member = layout_.find(name);
        if (member == nullptr) {
            return failed(
                Error(Reason::source_unreadable, "the archive has no such file").at_file(path));
        }
        return open_member_file(below_, {root_, identity_, path, *member});
    }

    FileSystem& below_;
    std::string root_;
    ArchiveLayout layout_;
    FileIdentity identity_;
};

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

bool begins_with_manifest(FileSystem& files, const std::string& path) {
    const Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file ||
        compression_of_file(**file).value_or(Compression::Kind::none) != Compression::Kind::zstd) {
        return false;
    }
    const std::unique_ptr<ByteSource> bytes = make_file_source(**file);
    const std::unique_ptr<ByteSource> unpacked =
        make_unpacking_source(*bytes, Compression::Kind::zstd, path);
    const Result<std::string> header = read_up_to(*unpacked, kTarBlockBytes);
    return header && size_in_tar_header(*header, kManifestMember).has_value();
}

}  // namespace

bool is_dump_archive(FileSystem& files, const std::string& path) {
    if (!files.exists(path) || files.is_directory(path)) {
        return false;
    }
    return path.ends_with(".tar.zst") || begins_with_manifest(files, path);
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
    return std::make_unique<ArchiveView>(files, path, stream.layout(), *identity);
}

}  // namespace ffdump

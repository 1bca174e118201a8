// SPDX-License-Identifier: Apache-2.0
#include "read_only_view.hpp"

#include "read_only_file.hpp"

#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr const char* kStateFolder = ".ffdump";

class ReadOnlyView final : public FileSystem {
 public:
    ReadOnlyView(FileSystem& below, std::string root, std::set<std::string> names,
                 MemberOpener opener)
        : below_(below),
          root_(std::move(root)),
          names_(std::move(names)),
          opener_(std::move(opener)) {}

    [[nodiscard]] Result<std::unique_ptr<File>> open_read(const std::string& path) override {
        const std::optional<std::string> name = inside(path);
        return name ? open_member(path, *name) : below_.open_read(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_read_back(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.open_read_back(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_append(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.open_append(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_update(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.open_update(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.create(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create_unnamed(
        const std::string& directory) override {
        return inside(directory) ? failed(archive_is_read_only(directory))
                                 : below_.create_unnamed(directory);
    }
    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        return inside(from) || inside(to) ? failed(archive_is_read_only(to))
                                          : below_.rename(from, to);
    }
    [[nodiscard]] Result<void> rename_new(const std::string& from, const std::string& to) override {
        return inside(from) || inside(to) ? failed(archive_is_read_only(to))
                                          : below_.rename_new(from, to);
    }
    [[nodiscard]] Result<void> remove(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.remove(path);
    }
    [[nodiscard]] Result<void> make_directories(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.make_directories(path);
    }
    [[nodiscard]] Result<void> sync_directory(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.sync_directory(path);
    }
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const std::string& path,
                                                           FilePurpose purpose) override {
        const std::optional<std::string> name = inside(path);
        return name ? Result<std::vector<DirectoryEntry>>(entries_of(*name))
                    : below_.list(path, purpose);
    }
    [[nodiscard]] Result<bool> exists(const std::string& path, FilePurpose purpose) override {
        const std::optional<std::string> name = inside(path);
        return name ? Result<bool>(is_folder(*name) || names_.contains(*name))
                    : below_.exists(path, purpose);
    }
    [[nodiscard]] Result<bool> is_directory(const std::string& path, FilePurpose purpose) override {
        const std::optional<std::string> name = inside(path);
        return name ? Result<bool>(is_folder(*name)) : below_.is_directory(path, purpose);
    }
    [[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.free_bytes(path);
    }
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                         std::string_view holder) override {
        return inside(path) ? failed(archive_is_read_only(path)) : below_.lock(path, holder);
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
    [[nodiscard]] std::vector<DirectoryEntry> entries_of(const std::string& folder) const {
        const std::string prefix = folder.empty() ? "" : folder + "/";
        std::set<std::string> names;
        for (const std::string& member : names_) {
            if (member.starts_with(prefix)) {
                const std::string rest = member.substr(prefix.size());
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
        return names_.contains(name)
                   ? opener_(name, path)
                   : failed(Error(Reason::source_unreadable, "the archive has no such file")
                                .at_file(path));
    }

    FileSystem& below_;
    std::string root_;
    std::set<std::string> names_;
    MemberOpener opener_;
};

}  // namespace

std::unique_ptr<FileSystem> make_read_only_view(FileSystem& below, std::string root,
                                                std::set<std::string> names, MemberOpener opener) {
    return std::make_unique<ReadOnlyView>(below, std::move(root), std::move(names),
                                          std::move(opener));
}

}  // namespace ffdump

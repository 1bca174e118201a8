// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/file_system.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// Files in memory, without folders of their own: what is opened, is read and written as on a disk
/// that never fails. Not thread-safe. Must outlive its files.
class MemoryFileSystem final : public FileSystem {
 public:
    void put(const std::string& path, std::string_view bytes) { bytes_of_[path] = bytes; }
    /// Of a file that is there.
    [[nodiscard]] const std::string& bytes(const std::string& path) const {
        return bytes_of_.at(path);
    }

    [[nodiscard]] Result<std::unique_ptr<File>> open_read(const std::string& path) override {
        return opened(path, Reason::source_unreadable);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_read_back(const std::string& path) override {
        return opened(path, Reason::output_unwritable);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_append(const std::string& path) override {
        bytes_of_.try_emplace(path);
        return opened(path, Reason::output_unwritable);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_update(const std::string& path) override {
        return failed(no_such(path, Reason::output_unwritable));
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create(const std::string& path) override {
        bytes_of_[path].clear();
        return opened(path, Reason::output_unwritable);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create_unnamed(
        const std::string& directory) override {
        return create(directory + "/unnamed");
    }
    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        if (!bytes_of_.contains(from)) {
            return failed(no_such(from, Reason::output_unwritable));
        }
        bytes_of_[to] = std::move(bytes_of_[from]);
        bytes_of_.erase(from);
        return {};
    }
    [[nodiscard]] Result<void> rename_new(const std::string& from, const std::string& to) override {
        return bytes_of_.contains(to)
                   ? failed(Error(Reason::output_occupied, "it is there").at_file(to))
                   : rename(from, to);
    }
    [[nodiscard]] Result<void> remove(const std::string& path) override {
        bytes_of_.erase(path);
        return {};
    }
    [[nodiscard]] Result<void> make_directories(const std::string& /*path*/) override { return {}; }
    [[nodiscard]] Result<void> sync_directory(const std::string& /*path*/) override { return {}; }
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const std::string& path,
                                                           FilePurpose /*purpose*/) override {
        std::vector<DirectoryEntry> entries;
        for (const auto& [name, bytes] : bytes_of_) {
            if (folder_of(name) == path) {
                entries.push_back({file_name_of(name), EntryKind::file});
            }
        }
        return entries;
    }
    [[nodiscard]] Result<bool> exists(const std::string& path, FilePurpose /*purpose*/) override {
        return bytes_of_.contains(path);
    }
    [[nodiscard]] Result<bool> is_directory(const std::string& path,
                                            FilePurpose /*purpose*/) override {
        return std::ranges::any_of(
            bytes_of_, [&path](const auto& file) { return folder_of(file.first) == path; });
    }
    [[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& /*path*/) override {
        return std::uint64_t{1} << 40U;
    }
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& /*path*/,
                                                         std::string_view /*holder*/) override {
        return std::make_unique<FileLock>();
    }

 private:
    class MemoryFile;

    [[nodiscard]] static Error no_such(const std::string& path, Reason reason) {
        return Error(reason, "No such file or directory").at_file(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> opened(const std::string& path, Reason reason);

    std::map<std::string, std::string> bytes_of_;
};

class MemoryFileSystem::MemoryFile final : public File {
 public:
    MemoryFile(std::string path, std::string& bytes) : path_(std::move(path)), bytes_(bytes) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        return read_at(out, at_).map([this](std::size_t count) {
            at_ += count;
            return count;
        });
    }
    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        const std::size_t begin =
            static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size()));
        return bytes_.copy(out.data(), out.size(), begin);
    }
    [[nodiscard]] Result<void> write(std::string_view bytes) override {
        bytes_.append(bytes);
        return {};
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
        bytes_.resize(static_cast<std::size_t>(size));
        return {};
    }
    [[nodiscard]] Result<void> sync() override { return {}; }
    [[nodiscard]] Result<FileIdentity> identity() override {
        return FileIdentity{.device = 1, .inode = 1, .size = bytes_.size()};
    }
    [[nodiscard]] Result<bool> is_private() override { return true; }
    void drop_cache() override {}
    [[nodiscard]] Result<void> close() override { return {}; }
    [[nodiscard]] const std::string& path() const override { return path_; }

 private:
    std::string path_;
    std::string& bytes_;
    std::uint64_t at_ = 0;
};

inline Result<std::unique_ptr<File>> MemoryFileSystem::opened(const std::string& path,
                                                              Reason reason) {
    const auto found = bytes_of_.find(path);
    if (found == bytes_of_.end()) {
        return failed(no_such(path, reason));
    }
    return std::make_unique<MemoryFile>(path, found->second);
}

}  // namespace ffdump

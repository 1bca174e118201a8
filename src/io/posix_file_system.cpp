// SPDX-License-Identifier: Apache-2.0
#include "posix_file.hpp"
#include "posix_file_lock.hpp"
#include "unnamed_file.hpp"

#include "ffdump/io/file_system.hpp"

#include <algorithm>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace ffdump {
namespace {

constexpr mode_t kPrivateDirectory = 0700;

Error write_error(int code, std::string_view action, const std::string& path) {
    return system_error(code, action, path, FilePurpose::writing);
}

Result<std::unique_ptr<File>> file_of(Result<Descriptor> descriptor, const std::string& path,
                                      FilePurpose purpose) {
    if (!descriptor) {
        return failed(std::move(descriptor.error()));
    }
    return std::make_unique<PosixFile>(std::move(*descriptor), path, purpose);
}

Result<std::unique_ptr<File>> open_to_read(const std::string& path, FilePurpose purpose) {
    Result<Descriptor> descriptor = open_regular(path, O_RDONLY, purpose);
    if (descriptor) {
        static_cast<void>(::posix_fadvise(descriptor->get(), 0, 0, POSIX_FADV_SEQUENTIAL));
    }
    return file_of(std::move(descriptor), path, purpose);
}

/// Makes one folder. Its name becomes durable here, since the callers sync the folder itself and
/// not the one that it stands in.
Result<void> make_directory(FileSystem& files, const std::string& path) {
    if (retry_interrupted([&] { return ::mkdir(path.c_str(), kPrivateDirectory); }) != 0) {
        const int code = errno;
        if (code == EEXIST) {
            const Result<bool> is_folder = files.is_directory(path, FilePurpose::writing);
            if (!is_folder || *is_folder) {
                return is_folder.map([](bool) {});
            }
        }
        return failed(write_error(code, "make the folder", path));
    }
    if (::chmod(path.c_str(), kPrivateDirectory) != 0) {
        return failed(write_error(errno, "make the folder private", path));
    }
    return files.sync_directory(folder_of(path));
}

struct DirectoryCloser {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// Fails with errno set.
std::optional<EntryKind> kind_of(const dirent& entry, int directory) {
    unsigned char type = entry.d_type;
    if (type == DT_UNKNOWN) {
        struct stat status{};
        if (retry_interrupted([&] {
                return ::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW);
            }) == 0) {
            type = static_cast<unsigned char>(IFTODT(status.st_mode));
        } else if (errno != ENOENT) {
            return std::nullopt;
        }
    }
    if (type == DT_REG) {
        return EntryKind::file;
    }
    return type == DT_DIR ? EntryKind::directory : EntryKind::other;
}

using StatCall = int (*)(const char*, struct stat*);

/// What is there; nothing when the name is free, be it that it can be the name of nothing.
Result<std::optional<struct stat>> look_at(StatCall call, const std::string& path,
                                           FilePurpose purpose) {
    struct stat status{};
    if (retry_interrupted([&] { return call(path.c_str(), &status); }) == 0) {
        return status;
    }
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG || code == ELOOP) {
        return std::nullopt;
    }
    return failed(system_error(code, "look at it", path, purpose));
}

class PosixFileSystem final : public FileSystem {
 public:
    [[nodiscard]] Result<std::unique_ptr<File>> open_read(const std::string& path) override {
        return open_to_read(path, FilePurpose::reading);
    }

    [[nodiscard]] Result<std::unique_ptr<File>> open_read_back(const std::string& path) override {
        return open_to_read(path, FilePurpose::writing);
    }

    [[nodiscard]] Result<std::unique_ptr<File>> open_append(const std::string& path) override {
        return file_of(open_regular(path, O_RDWR | O_CREAT | O_APPEND, FilePurpose::writing), path,
                       FilePurpose::writing);
    }

    [[nodiscard]] Result<std::unique_ptr<File>> open_update(const std::string& path) override {
        return file_of(open_regular(path, O_RDWR, FilePurpose::writing), path,
                       FilePurpose::writing);
    }

    [[nodiscard]] Result<std::unique_ptr<File>> create(const std::string& path) override {
        Result<std::unique_ptr<File>> file = open_append(path);
        if (file) {
            if (Result<void> emptied = (*file)->truncate(0); !emptied) {
                return failed(std::move(emptied.error()));
            }
        }
        return file;
    }

    [[nodiscard]] Result<std::unique_ptr<File>> create_unnamed(
        const std::string& directory) override {
        return file_of(open_unnamed(directory), join_path(directory, "(temporary)"),
                       FilePurpose::writing);
    }

    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) {
            return failed(write_error(errno, "rename to " + to, from));
        }
        return {};
    }

    [[nodiscard]] Result<void> rename_new(const std::string& from, const std::string& to) override {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
            return {};
        }
        const int code = errno;
        const bool supported = code != EINVAL && code != ENOSYS;
        const Result<bool> is_taken =
            supported ? Result<bool>(code == EEXIST) : exists(to, FilePurpose::writing);
        if (!is_taken) {
            return failed(is_taken.error());
        }
        if (*is_taken) {
            return failed(
                Error(Reason::output_occupied, "there is a file of that name already").at_file(to));
        }
        if (supported) {
            return failed(write_error(code, "rename to " + to, from));
        }
        // NFS has no RENAME_NOREPLACE. Between look and rename only a program that ignores the
        // run's lock could come.
        return rename(from, to);
    }

    [[nodiscard]] Result<void> remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
            return failed(write_error(errno, "remove", path));
        }
        return {};
    }

    [[nodiscard]] Result<void> make_directories(const std::string& path) override {
        for (std::size_t end = path.find('/', 1); end != std::string::npos;
             end = path.find('/', end + 1)) {
            const std::string parent = path.substr(0, end);
            const Result<bool> is_there = is_directory(parent, FilePurpose::writing);
            if (!is_there) {
                return failed(is_there.error());
            }
            if (*is_there) {
                continue;
            }
            if (Result<void> made = make_directory(*this, parent); !made) {
                return made;
            }
        }
        return make_directory(*this, path);
    }

    [[nodiscard]] Result<void> sync_directory(const std::string& path) override {
        const Descriptor directory(retry_interrupted(
            [&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
        if (!directory.is_open()) {
            return failed(write_error(errno, "open the folder", path));
        }
        // EINVAL: a file system (some network ones) that cannot sync a folder and needs no such
        // call, as PostgreSQL and SQLite take it too.
        if (retry_interrupted([&] { return ::fsync(directory.get()); }) != 0 && errno != EINVAL) {
            return failed(write_error(errno, "write the folder through to the disk", path));
        }
        return {};
    }

    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const std::string& path,
                                                           FilePurpose purpose) override {
        std::unique_ptr<DIR, DirectoryCloser> directory;
        if (retry_interrupted([&] {
                directory.reset(::opendir(path.c_str()));
                return directory ? 0 : -1;
            }) != 0) {
            return failed(system_error(errno, "list the folder", path, purpose));
        }
        std::vector<DirectoryEntry> entries;
        errno = 0;
        while (const dirent* entry = ::readdir(directory.get())) {
            const std::string name = entry->d_name;
            if (name != "." && name != "..") {
                const std::optional<EntryKind> kind = kind_of(*entry, ::dirfd(directory.get()));
                if (!kind) {
                    return failed(
                        system_error(errno, "look at it", join_path(path, name), purpose));
                }
                entries.push_back({name, *kind});
            }
            errno = 0;
        }
        if (errno != 0) {
            return failed(system_error(errno, "list the folder", path, purpose));
        }
        std::ranges::sort(entries, {}, &DirectoryEntry::name);
        return entries;
    }

    [[nodiscard]] Result<bool> exists(const std::string& path, FilePurpose purpose) override {
        return look_at(&::lstat, path, purpose).map([](const auto& status) {
            return status.has_value();
        });
    }

    [[nodiscard]] Result<bool> is_directory(const std::string& path, FilePurpose purpose) override {
        return look_at(&::stat, path, purpose).map([](const auto& status) {
            return status && S_ISDIR(status->st_mode);
        });
    }

    [[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path) override {
        struct statvfs status{};
        if (retry_interrupted([&] { return ::statvfs(path.c_str(), &status); }) != 0) {
            return failed(write_error(errno, "ask for the free space", path));
        }
        return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    }

    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                         std::string_view holder) override {
        return take_posix_lock(path, holder);
    }
};

}  // namespace

std::unique_ptr<FileSystem> make_posix_file_system() {
    return std::make_unique<PosixFileSystem>();
}

}  // namespace ffdump

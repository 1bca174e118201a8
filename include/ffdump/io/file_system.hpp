// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Which file this is and whether it is still the same one.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::int64_t ctime_ns = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

enum class EntryKind : std::uint8_t { file, directory, other };

struct DirectoryEntry {
    std::string name;
    EntryKind kind = EntryKind::other;
};

/// Whose fault an error is: of what is read (the dump), or of what is written (the output).
enum class FilePurpose : std::uint8_t { reading, writing };

/// What reads past the cache must be aligned to: the largest sector and page size that is met.
constexpr std::size_t kDirectAlignment = 4096;

/// An open file. One owner, one thread. Errors carry path and errno's text; ENOSPC and EDQUOT are
/// `disk_full` (EFBIG is not: no space lets it pass), EMFILE and ENFILE `out_of_descriptors`, else
/// `source_unreadable` for files opened for reading, `output_unwritable` for those for writing.
class File {
 public:
    virtual ~File() = default;

    /// Up to out.size() bytes from the current position; 0 at the end. Never short for EINTR.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<char> out) = 0;
    /// Up to out.size() bytes at `offset`, fewer only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::span<char> out,
                                                      std::uint64_t offset) = 0;
    /// Appends all of `bytes`, finishing short writes.
    [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
    /// fdatasync. A failure is final for the run: it must not be called again on this file.
    [[nodiscard]] virtual Result<void> sync() = 0;
    [[nodiscard]] virtual Result<FileIdentity> identity() = 0;
    /// Whether nobody but its owner may read or write it: a key that others can read is none.
    [[nodiscard]] virtual Result<bool> is_private() = 0;
    /// From here on reads come from the disk and not from memory, as far as the file system can.
    /// Whole multiples of kDirectAlignment into memory so aligned cost least: such reads go past
    /// the cache (a twentieth of the CPU time, as measured); others after its pages are dropped.
    virtual void drop_cache() = 0;
    /// Only this proves that the data are written. The destructor releases without a word.
    [[nodiscard]] virtual Result<void> close() = 0;
    [[nodiscard]] virtual const std::string& path() const = 0;
};

/// Held while it lives; the kernel frees it when the process dies.
class FileLock {
 public:
    virtual ~FileLock() = default;
};

/// Every file operation of the program goes through here, so that tests can fail any of them.
/// Files are created 0600 and directories 0700 whatever the umask. Thread-safe.
class FileSystem {
 public:
    virtual ~FileSystem() = default;

    /// Regular files only: a FIFO, a device or a folder is refused, and opening never waits.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open_read(const std::string& path) = 0;
    /// The same for a file of the output: what fails is a fault of writing (`output_unwritable`).
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open_read_back(const std::string& path) = 0;
    /// Opens for appending, creating the file when it is not there. Refuses symbolic links.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open_append(const std::string& path) = 0;
    /// Opens a file that is there so that write() overwrites it from its beginning on. Refuses
    /// symbolic links.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open_update(const std::string& path) = 0;
    /// Creates or empties. Refuses symbolic links.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> create(const std::string& path) = 0;
    /// A file without a name that vanishes when closed, in the folder `directory`.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> create_unnamed(
        const std::string& directory) = 0;
    /// Replaces `to` when it exists.
    [[nodiscard]] virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    /// Fails with `output_occupied` when `to` exists.
    [[nodiscard]] virtual Result<void> rename_new(const std::string& from,
                                                  const std::string& to) = 0;
    /// Not an error when it is not there.
    [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;
    /// Creates the folder and its parents, their names durable; not an error when it is there.
    [[nodiscard]] virtual Result<void> make_directories(const std::string& path) = 0;
    [[nodiscard]] virtual Result<void> sync_directory(const std::string& path) = 0;
    /// Sorted by name, without `.` and `..`. A symbolic link is `other`.
    [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const std::string& path,
                                                                   FilePurpose purpose) = 0;
    /// Whether the name is taken, be it by a link to nowhere. Fails where it cannot be told (no
    /// permission, a fault of the disk), which is no answer to act on.
    [[nodiscard]] virtual Result<bool> exists(const std::string& path, FilePurpose purpose) = 0;
    /// A folder or a link to one. Fails as exists() does.
    [[nodiscard]] virtual Result<bool> is_directory(const std::string& path,
                                                    FilePurpose purpose) = 0;
    /// Bytes an unprivileged user may still write on the file system that holds `path`.
    [[nodiscard]] virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
    /// Takes the lock on `path` without waiting and writes `holder` into the file; fails with
    /// `lock_held` and the holder's text when another process has it.
    [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                                 std::string_view holder) = 0;
};

/// The real one: POSIX calls, write(2) itself and no stdio buffers.
[[nodiscard]] std::unique_ptr<FileSystem> make_posix_file_system();

/// Whether the name is taken, and not by a folder or a link to one. Fails as exists() does.
[[nodiscard]] Result<bool> is_no_folder(FileSystem& files, const std::string& path,
                                        FilePurpose purpose);
/// Whether one of the names at least is taken. Fails as exists() does.
[[nodiscard]] Result<bool> any_exists(FileSystem& files, std::span<const std::string> paths,
                                      FilePurpose purpose);

/// Whole small file, refused over `limit` bytes with `config_unreadable`.
[[nodiscard]] Result<std::string> read_small_file(FileSystem& files, const std::string& path,
                                                  std::size_t limit);
/// The rest of a file that is open.
[[nodiscard]] Result<std::string> read_small_file(File& file, std::size_t limit);

/// Writes `bytes` under `path` so that a crash leaves the old or the new content, never a part:
/// temporary beside it, write, sync, close, rename, sync of the folder.
[[nodiscard]] Result<void> replace_file(FileSystem& files, const std::string& path,
                                        std::string_view bytes);
/// The temporary that replace_file makes for `path`: what a crash leaves is overwritten next time.
[[nodiscard]] std::string temporary_of(const std::string& path);

/// "a/b" from "a" and "b"; no doubled slash.
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view name);
/// Last part of a path.
[[nodiscard]] std::string file_name_of(std::string_view path);
/// Everything before the last part, "." when there is nothing.
[[nodiscard]] std::string folder_of(std::string_view path);

}  // namespace ffdump

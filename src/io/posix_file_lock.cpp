// SPDX-License-Identifier: Apache-2.0
#include "posix_file_lock.hpp"

#include "descriptor.hpp"
#include "posix_file.hpp"

#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostHolderBytes = 512;

class PosixFileLock final : public FileLock {
 public:
    PosixFileLock(std::unique_ptr<File> file, Descriptor folder)
        : file_(std::move(file)), folder_(std::move(folder)) {}

 private:
    std::unique_ptr<File> file_;
    Descriptor folder_;
};

/// The other run's own words, or nothing: it may have taken the lock and not written yet.
std::string holder_of(File& file) {
    std::array<char, kMostHolderBytes> text{};
    const Result<std::size_t> got = file.read_at(text, 0);
    std::string holder(text.data(), got.value_or(0));
    while (!holder.empty() && holder.back() == '\n') {
        holder.pop_back();
    }
    return holder;
}

Error held_error(File& file) {
    const std::string holder = holder_of(file);
    return Error(Reason::lock_held, holder.empty()
                                        ? std::string("another run holds the lock")
                                        : fmt::format("another run holds the lock: {}", holder))
        .at_file(file.path());
}

/// Does not wait. Not with retry_interrupted(), which repeats what here says that another has it.
int take_lock(int descriptor) {
    constexpr int kMostInterruptions = 1000;
    int taken = -1;
    for (int i = 0; i <= kMostInterruptions; ++i) {
        taken = ::flock(descriptor, LOCK_EX | LOCK_NB);
        if (taken == 0 || errno != EINTR) {
            break;
        }
    }
    return taken;
}

/// A lock on a file that has been taken away from under its name locks nobody out.
Result<bool> is_still_named(int descriptor, const std::string& path) {
    const Result<struct stat> held = status_of(descriptor, path, FilePurpose::writing);
    if (!held) {
        return failed(held.error());
    }
    struct stat named{};
    if (retry_interrupted([&] { return ::lstat(path.c_str(), &named); }) == 0) {
        return held->st_dev == named.st_dev && held->st_ino == named.st_ino;
    }
    if (errno == ENOENT) {
        return false;
    }
    return failed(system_error(errno, "look at it", path, FilePurpose::writing));
}

/// The folder of the lock is locked as well: somebody who removes the file, since it is there after
/// every run, takes away the lock of the run that has it.
Result<Descriptor> lock_folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    Descriptor opened(retry_interrupted(
        [&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!opened.is_open()) {
        return failed(system_error(errno, "open the folder", folder, FilePurpose::writing));
    }
    if (take_lock(opened.get()) == 0) {
        return opened;
    }
    if (errno == EWOULDBLOCK) {
        return failed(
            Error(Reason::lock_held, "another run holds the lock, and its lock file was removed")
                .at_file(path));
    }
    if (errno == ENOLCK) {
        return failed(system_error(errno, "lock it", folder, FilePurpose::writing));
    }
    // Network file systems lock no folders: the file must do there. That locks have run out says
    // nothing of the kind.
    return Descriptor();
}

}  // namespace

Result<std::unique_ptr<FileLock>> take_posix_lock(const std::string& path,
                                                  std::string_view holder) {
    Result<Descriptor> opened =
        open_regular(path, O_RDWR | O_CREAT | O_APPEND, FilePurpose::writing);
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    const int descriptor = opened->get();
    auto file = std::make_unique<PosixFile>(std::move(*opened), path, FilePurpose::writing);
    if (take_lock(descriptor) != 0) {
        return failed(errno == EWOULDBLOCK
                          ? held_error(*file)
                          : system_error(errno, "lock it", path, FilePurpose::writing));
    }
    const Result<bool> is_named = is_still_named(descriptor, path);
    if (!is_named) {
        return failed(is_named.error());
    }
    if (!*is_named) {
        return failed(Error(Reason::lock_held, "the lock file was replaced while it was taken")
                          .at_file(path));
    }
    Result<Descriptor> folder = lock_folder_of(path);
    if (!folder) {
        return failed(std::move(folder.error()));
    }
    const Result<void> written =
        file->truncate(0).and_then([&] { return file->write(std::string(holder) + "\n"); });
    if (!written) {
        return failed(written.error());
    }
    return std::make_unique<PosixFileLock>(std::move(file), std::move(*folder));
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "image_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace ffdump {
namespace {

// O_NONBLOCK: a FIFO put in an image's place must not hold up the thread until somebody writes.
constexpr int kFileFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW;

std::string errno_text(int number) {
    return std::generic_category().message(number);
}

template <class Call>
int without_interrupts(Call call) {
    while (true) {
        const int result = call();
        if (result >= 0 || errno != EINTR) {
            return result;
        }
    }
}

/// The kernel's openat2, which glibc does not wrap.
int open_beneath(int folder, const char* name, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return without_interrupts([folder, name, &how] {
        return static_cast<int>(syscall(SYS_openat2, folder, name, &how, sizeof how));
    });
}

/// Opens one part of a path; a link fails with ELOOP, which the kernel calls ENOTDIR for folders.
int open_part(int folder, const std::string& part, int flags) {
    const int opened =
        without_interrupts([folder, &part, flags] { return openat(folder, part.c_str(), flags); });
    if (opened < 0 && errno == ENOTDIR) {
        struct stat status{};
        const bool is_link = fstatat(folder, part.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                             S_ISLNK(status.st_mode);
        errno = is_link ? ELOOP : ENOTDIR;
    }
    return opened;
}

Error read_error(int number) {
    return {Reason::storage_unreadable,
            fmt::format("the image cannot be read: {}", errno_text(number))};
}

/// Size of a regular file within the limit.
Result<std::size_t> checked_size(const ImageDescriptor& file, std::size_t max_bytes) {
    struct stat status{};
    if (fstat(file.number(), &status) != 0) {
        return failed(read_error(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        return failed(Reason::image_missing, "the name is that of a folder in the storage");
    }
    if (!S_ISREG(status.st_mode)) {
        return failed(Reason::image_id_invalid, "the name is that of a device, FIFO or socket");
    }
    if (static_cast<std::uint64_t>(status.st_size) > max_bytes) {
        return failed(Reason::image_too_large,
                      fmt::format("the image is over {} bytes", max_bytes));
    }
    return static_cast<std::size_t>(status.st_size);
}

/// Everything, also of a file that grew or shrank since its size was asked.
Result<std::string> read_whole(const ImageDescriptor& file, std::size_t size,
                               std::size_t max_bytes) {
    std::string bytes(size + 1, '\0');  // one more, so that the end shows without another growth
    std::size_t filled = 0;
    while (true) {
        const ssize_t count = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failed(read_error(errno));
        }
        if (count == 0) {
            bytes.resize(filled);
            return bytes;
        }
        filled += static_cast<std::size_t>(count);
        if (filled > max_bytes) {
            return failed(Reason::image_too_large,
                          fmt::format("the image is over {} bytes", max_bytes));
        }
        if (filled == bytes.size()) {
            bytes.resize(std::min(bytes.size() * 2, max_bytes + 1));
        }
    }
}

}  // namespace

ImageDescriptor& ImageDescriptor::operator=(ImageDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

ImageDescriptor::~ImageDescriptor() {
    if (is_open()) {
        close(number_);
    }
}

ImageFolder::ImageFolder(ImageDescriptor folder) : folder_(std::move(folder)) {
    // ENOSYS before Linux 5.6; old container sandboxes answer EPERM to calls they do not know.
    const ImageDescriptor probe(open_beneath(folder_.number(), ".", O_PATH | O_CLOEXEC));
    walk_ = probe.is_open() ? FolderWalk::kernel : FolderWalk::by_part;
}

Result<ImageFolder> ImageFolder::open(const std::string& path) {
    ImageDescriptor folder(without_interrupts(
        [&path] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (folder.is_open()) {
        return ImageFolder(std::move(folder));
    }
    const bool no_descriptors = errno == EMFILE || errno == ENFILE;
    Error error(no_descriptors ? Reason::out_of_descriptors : Reason::storage_unreadable,
                fmt::format("the folder of images cannot be opened: {}", errno_text(errno)));
    return failed(std::move(error).at_file(path));
}

ImageDescriptor ImageFolder::open_by_kernel(const std::string& name) const {
    return ImageDescriptor(open_beneath(folder_.number(), name.c_str(), kFileFlags));
}

ImageDescriptor ImageFolder::open_by_part(const std::string& name) const {
    constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    ImageDescriptor held;
    int current = folder_.number();
    std::size_t start = 0;
    for (std::size_t slash = name.find('/'); slash != std::string::npos;
         slash = name.find('/', start)) {
        ImageDescriptor next(open_part(current, name.substr(start, slash - start), kFolderFlags));
        if (!next.is_open()) {
            return next;
        }
        held = std::move(next);
        current = held.number();
        start = slash + 1;
    }
    return ImageDescriptor(open_part(current, name.substr(start), kFileFlags));
}

Error ImageFolder::open_error(int number) const {
    struct stat status{};
    switch (number) {
        case ENOENT:
            if (fstat(folder_.number(), &status) != 0 || status.st_nlink == 0) {
                return {Reason::storage_unreadable, "the folder of images was removed"};
            }
            return {Reason::image_missing, "the storage has no such image"};
        case ENOTDIR:
            return {Reason::image_missing, "a part of the name is a file and not a folder"};
        case ELOOP:
            return {Reason::image_id_invalid,
                    "the name leads through a symbolic link, which is never followed"};
        case EXDEV:
            return {Reason::image_id_invalid, "the name leads out of the folder of images"};
        case ENAMETOOLONG:
            return {Reason::image_id_invalid, "a part of the name is too long for a file"};
        case ENXIO:
        case ENODEV:
            return {Reason::image_id_invalid, "the name is that of a device, FIFO or socket"};
        case EMFILE:
        case ENFILE:
            return {Reason::out_of_descriptors, "no file descriptor left for an image"};
        default:
            return read_error(number);
    }
}

ImageDescriptor ImageFolder::open_file(const std::string& name) const {
    return walk_ == FolderWalk::kernel ? open_by_kernel(name) : open_by_part(name);
}

Result<void> ImageFolder::check(const std::string& name, std::size_t max_bytes) const {
    const ImageDescriptor file = open_file(name);
    if (!file.is_open()) {
        return failed(open_error(errno));
    }
    return checked_size(file, max_bytes).map([](std::size_t) {});
}

Result<bool> ImageFolder::has_folder(const std::string& name) const {
    const ImageDescriptor folder = open_file(name);
    if (!folder.is_open()) {
        Error error = open_error(errno);
        const bool is_told =
            error.reason() == Reason::image_missing || error.reason() == Reason::image_id_invalid;
        return is_told ? Result<bool>(false) : failed(std::move(error));
    }
    struct stat status{};
    if (fstat(folder.number(), &status) != 0) {
        return failed(read_error(errno));
    }
    return S_ISDIR(status.st_mode);
}

Result<std::string> ImageFolder::read(const std::string& name, std::size_t max_bytes) const {
    const ImageDescriptor file = open_file(name);
    if (!file.is_open()) {
        return failed(open_error(errno));
    }
    const Result<std::size_t> size = checked_size(file, max_bytes);
    if (!size) {
        return failed(size.error());
    }
    return read_whole(file, *size, max_bytes);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
// The symbols of libc that are put before libc's own.
#include "shim_calls.hpp"

#include <climits>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ffdump::shim {

std::string absolute(int folder, const char* path) {
    if (path == nullptr || *path == '\0') {
        return {};
    }
    if (*path == '/') {
        return path;
    }
    if (folder != AT_FDCWD) {
        return name_of_descriptor(folder) + "/" + path;
    }
    std::array<char, PATH_MAX> current{};
    if (raw_syscall(SYS_getcwd, reinterpret_cast<long>(current.data()),
                    static_cast<long>(current.size()), 0, 0, 0, 0) < 0) {
        return path;
    }
    return std::string(current.data()) + "/" + path;
}

long open_call(int folder, const char* path, int flags, unsigned mode, const void* how,
               std::size_t size) {
    Call call;
    call.kind = Kind::open;
    call.path = absolute(folder, path);
    call.writes = (flags & O_ACCMODE) != O_RDONLY;
    call.creates = (flags & O_CREAT) != 0;
    call.empties = (flags & O_TRUNC) != 0;
    call.is_folder = (flags & O_DIRECTORY) != 0;
    call.is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    return counted(call, [&](std::size_t) {
        if (how != nullptr) {
            return raw_syscall(SYS_openat2, folder, reinterpret_cast<long>(path),
                               reinterpret_cast<long>(how), static_cast<long>(size), 0, 0);
        }
        return raw_syscall(SYS_openat, folder, reinterpret_cast<long>(path), flags,
                           static_cast<long>(mode), 0, 0);
    });
}

}  // namespace ffdump::shim

namespace {

using ffdump::shim::absolute;
using ffdump::shim::Call;
using ffdump::shim::counted;
using ffdump::shim::Kind;
using ffdump::shim::on_descriptor;
using ffdump::shim::open_call;
using ffdump::shim::raw_syscall;

mode_t mode_of(int flags, va_list arguments) {
    const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return has_mode ? va_arg(arguments, mode_t) : 0;
}

long rename_call(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
    Call call;
    call.kind = Kind::rename;
    call.path = absolute(from_folder, from);
    call.other = absolute(to_folder, to);
    return counted(call, [&](std::size_t) {
        return raw_syscall(SYS_renameat2, from_folder, reinterpret_cast<long>(from), to_folder,
                           reinterpret_cast<long>(to), static_cast<long>(flags), 0);
    });
}

long remove_call(int folder, const char* path, int flags) {
    return counted({.kind = Kind::remove, .path = absolute(folder, path)}, [&](std::size_t) {
        return raw_syscall(SYS_unlinkat, folder, reinterpret_cast<long>(path), flags, 0, 0, 0);
    });
}

long file_call(Kind kind, int descriptor, std::size_t size, const void* bytes,
               const std::function<long(std::size_t)>& make) {
    return on_descriptor({.kind = kind, .size = size, .bytes = bytes}, descriptor, make);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return static_cast<int>(open_call(AT_FDCWD, path, flags, mode));
}

int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return static_cast<int>(open_call(AT_FDCWD, path, flags, mode));
}

int openat(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return static_cast<int>(open_call(folder, path, flags, mode));
}

int openat64(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return static_cast<int>(open_call(folder, path, flags, mode));
}

// What open becomes in a program built with _FORTIFY_SOURCE.
int __open_2(const char* path, int flags);  // NOLINT(bugprone-reserved-identifier)
int __open_2(const char* path, int flags) {
    return static_cast<int>(open_call(AT_FDCWD, path, flags, 0));
}

int __openat_2(int folder, const char* path, int flags);  // NOLINT(bugprone-reserved-identifier)
int __openat_2(int folder, const char* path, int flags) {
    return static_cast<int>(open_call(folder, path, flags, 0));
}

int __open64_2(const char* path, int flags);  // NOLINT(bugprone-reserved-identifier)
int __open64_2(const char* path, int flags) {
    return static_cast<int>(open_call(AT_FDCWD, path, flags, 0));
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
    return file_call(Kind::write, descriptor, size, bytes, [&](std::size_t count) {
        return raw_syscall(SYS_write, descriptor, reinterpret_cast<long>(bytes),
                           static_cast<long>(count), 0, 0, 0);
    });
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
    return file_call(Kind::write, descriptor, size, bytes, [&](std::size_t count) {
        return raw_syscall(SYS_pwrite64, descriptor, reinterpret_cast<long>(bytes),
                           static_cast<long>(count), offset, 0, 0);
    });
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off_t offset) {
    return pwrite(descriptor, bytes, size, offset);
}

// A short writev ends inside its first piece.
ssize_t writev(int descriptor, const struct iovec* pieces, int count) {
    const std::size_t first = count > 0 ? pieces[0].iov_len : 0;
    return file_call(Kind::write, descriptor, first, nullptr, [&](std::size_t wanted) {
        if (wanted < first) {
            return raw_syscall(SYS_write, descriptor, reinterpret_cast<long>(pieces[0].iov_base),
                               static_cast<long>(wanted), 0, 0, 0);
        }
        return raw_syscall(SYS_writev, descriptor, reinterpret_cast<long>(pieces), count, 0, 0, 0);
    });
}

int fsync(int descriptor) {
    return static_cast<int>(file_call(Kind::sync, descriptor, 0, nullptr, [&](std::size_t) {
        return raw_syscall(SYS_fsync, descriptor, 0, 0, 0, 0, 0);
    }));
}

int fdatasync(int descriptor) {
    return static_cast<int>(file_call(Kind::sync, descriptor, 0, nullptr, [&](std::size_t) {
        return raw_syscall(SYS_fdatasync, descriptor, 0, 0, 0, 0, 0);
    }));
}

int ftruncate(int descriptor, off_t length) noexcept {
    const auto size = static_cast<std::size_t>(length);
    return static_cast<int>(file_call(Kind::cut, descriptor, size, nullptr, [&](std::size_t) {
        return raw_syscall(SYS_ftruncate, descriptor, length, 0, 0, 0, 0);
    }));
}

int ftruncate64(int descriptor, off_t length) noexcept {
    return ftruncate(descriptor, length);
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    const auto size = static_cast<std::size_t>(length);
    return static_cast<int>(file_call(Kind::reserve, descriptor, size, nullptr, [&](std::size_t) {
        return raw_syscall(SYS_fallocate, descriptor, mode, offset, length, 0, 0);
    }));
}

int fallocate64(int descriptor, int mode, off_t offset, off_t length) {
    return fallocate(descriptor, mode, offset, length);
}

int fchmod(int descriptor, mode_t mode) noexcept {
    return static_cast<int>(file_call(Kind::mode, descriptor, 0, nullptr, [&](std::size_t) {
        return raw_syscall(SYS_fchmod, descriptor, static_cast<long>(mode), 0, 0, 0, 0);
    }));
}

int chmod(const char* path, mode_t mode) noexcept {
    return static_cast<int>(
        counted({.kind = Kind::mode, .path = absolute(AT_FDCWD, path)}, [&](std::size_t) {
            return raw_syscall(SYS_chmod, reinterpret_cast<long>(path), static_cast<long>(mode), 0,
                               0, 0, 0);
        }));
}

int close(int descriptor) {
    return static_cast<int>(file_call(Kind::close, descriptor, 0, nullptr, [&](std::size_t) {
        return raw_syscall(SYS_close, descriptor, 0, 0, 0, 0, 0);
    }));
}

int rename(const char* from, const char* to) noexcept {
    return static_cast<int>(rename_call(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return static_cast<int>(rename_call(from_folder, from, to_folder, to, 0));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
    return static_cast<int>(rename_call(from_folder, from, to_folder, to, flags));
}

int unlink(const char* path) noexcept {
    return static_cast<int>(remove_call(AT_FDCWD, path, 0));
}

int unlinkat(int folder, const char* path, int flags) noexcept {
    return static_cast<int>(remove_call(folder, path, flags));
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
    return static_cast<int>(
        counted({.kind = Kind::make_folder, .path = absolute(folder, path)}, [&](std::size_t) {
            return raw_syscall(SYS_mkdirat, folder, reinterpret_cast<long>(path),
                               static_cast<long>(mode), 0, 0, 0);
        }));
}

int mkdir(const char* path, mode_t mode) noexcept {
    return mkdirat(AT_FDCWD, path, mode);
}

/// A program may make any of them by number.
long syscall(long number, ...) noexcept {
    va_list arguments;
    va_start(arguments, number);
    std::array<long, 6> a{};
    for (long& argument : a) {
        argument = va_arg(arguments, long);
    }
    va_end(arguments);
    if (number == SYS_openat2) {
        const auto* const how = reinterpret_cast<const open_how*>(a[2]);
        return open_call(static_cast<int>(a[0]), reinterpret_cast<const char*>(a[1]),
                         static_cast<int>(how->flags), 0, how, static_cast<std::size_t>(a[3]));
    }
    if (number == SYS_renameat2) {
        return rename_call(static_cast<int>(a[0]), reinterpret_cast<const char*>(a[1]),
                           static_cast<int>(a[2]), reinterpret_cast<const char*>(a[3]),
                           static_cast<unsigned>(a[4]));
    }
    return raw_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
}

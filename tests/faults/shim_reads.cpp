// SPDX-License-Identifier: Apache-2.0
// The symbols of libc that look at files and change nothing, put before libc's own.
#include "shim_calls.hpp"

#include <cstdarg>
#include <cstdio>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using ffdump::shim::absolute;
using ffdump::shim::Call;
using ffdump::shim::counted;
using ffdump::shim::Kind;
using ffdump::shim::on_descriptor;
using ffdump::shim::raw_syscall;

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

long look_at(int folder, const char* path, struct stat* status, int flags) {
    const bool is_descriptor = path != nullptr && *path == '\0' && (flags & AT_EMPTY_PATH) != 0;
    const auto make = [&](std::size_t) {
        return raw_syscall(SYS_newfstatat, folder, reinterpret_cast<long>(path),
                           reinterpret_cast<long>(status), flags, 0, 0);
    };
    return is_descriptor ? on_descriptor({.kind = Kind::look}, folder, make)
                         : counted({.kind = Kind::look, .path = absolute(folder, path)}, make);
}

}  // namespace

extern "C" {

ssize_t read(int descriptor, void* bytes, size_t size) {
    return on_descriptor({.kind = Kind::read, .size = size, .moves = true}, descriptor,
                         [&](std::size_t count) {
                             return raw_syscall(SYS_read, descriptor, reinterpret_cast<long>(bytes),
                                                static_cast<long>(count), 0, 0, 0);
                         });
}

ssize_t pread(int descriptor, void* bytes, size_t size, off_t offset) {
    Call call{.kind = Kind::read, .size = size, .offset = offset};
    const long flags = raw_syscall(SYS_fcntl, descriptor, F_GETFL, 0, 0, 0, 0);
    call.is_direct = flags >= 0 && (flags & O_DIRECT) != 0;
    return on_descriptor(call, descriptor, [&](std::size_t count) {
        return raw_syscall(SYS_pread64, descriptor, reinterpret_cast<long>(bytes),
                           static_cast<long>(count), offset, 0, 0);
    });
}

ssize_t pread64(int descriptor, void* bytes, size_t size, off_t offset) {
    return pread(descriptor, bytes, size, offset);
}

int fstatat(int folder, const char* path, struct stat* status, int flags) noexcept {
    return static_cast<int>(look_at(folder, path, status, flags));
}

int stat(const char* path, struct stat* status) noexcept {
    return static_cast<int>(look_at(AT_FDCWD, path, status, 0));
}

int lstat(const char* path, struct stat* status) noexcept {
    return static_cast<int>(look_at(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW));
}

int fstat(int descriptor, struct stat* status) noexcept {
    return static_cast<int>(look_at(descriptor, "", status, AT_EMPTY_PATH));
}

int statx(int folder, const char* path, int flags, unsigned mask, struct statx* status) noexcept {
    return static_cast<int>(
        counted({.kind = Kind::look, .path = absolute(folder, path)}, [&](std::size_t) {
            return raw_syscall(SYS_statx, folder, reinterpret_cast<long>(path), flags,
                               static_cast<long>(mask), reinterpret_cast<long>(status), 0);
        }));
}

int statvfs(const char* path, struct statvfs* status) noexcept {
    static auto* const make = next<int(const char*, struct statvfs*)>("statvfs");
    return static_cast<int>(counted({.kind = Kind::space, .path = absolute(AT_FDCWD, path)},
                                    [&](std::size_t) { return make(path, status); }));
}

int flock(int descriptor, int operation) noexcept {
    return static_cast<int>(on_descriptor({.kind = Kind::lock}, descriptor, [&](std::size_t) {
        return raw_syscall(SYS_flock, descriptor, operation, 0, 0, 0, 0);
    }));
}

// Open, read and close of a folder are made inside libc, past the functions above.
DIR* opendir(const char* path) {
    static auto* const make = next<DIR*(const char*)>("opendir");
    DIR* folder = nullptr;
    const std::string name = absolute(AT_FDCWD, path);
    const long made = counted({.kind = Kind::list, .path = name}, [&](std::size_t) {
        folder = make(path);
        return folder == nullptr ? -1L : 0L;
    });
    if (made == 0 && folder != nullptr) {
        ffdump::shim::name_descriptor(::dirfd(folder), name);
    }
    return folder;
}

struct dirent* readdir(DIR* folder) {
    static auto* const make = next<struct dirent*(DIR*)>("readdir");
    struct dirent* entry = nullptr;
    // At the end it gives nothing and leaves errno alone, which is no failure.
    static_cast<void>(on_descriptor({.kind = Kind::list}, ::dirfd(folder), [&](std::size_t) {
        entry = make(folder);
        return entry == nullptr ? 0L : 1L;
    }));
    return entry;
}

int closedir(DIR* folder) {
    static auto* const make = next<int(DIR*)>("closedir");
    ffdump::shim::name_descriptor(::dirfd(folder), {});
    return make(folder);
}
}

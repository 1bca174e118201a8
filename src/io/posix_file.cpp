// SPDX-License-Identifier: Apache-2.0
#include "posix_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace ffdump {
namespace {

std::int64_t nanoseconds(const timespec& time) noexcept {
    constexpr std::int64_t kPerSecond = 1'000'000'000;
    return (static_cast<std::int64_t>(time.tv_sec) * kPerSecond) + time.tv_nsec;
}

bool is_aligned(std::span<char> out, std::uint64_t offset) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(out.data());
    return (address | out.size() | offset) % kDirectAlignment == 0;
}

}  // namespace

Error PosixFile::error(int code, std::string_view action) const {
    return system_error(code, action, path_, purpose_);
}

Result<std::size_t> PosixFile::read(std::span<char> out) {
    Result<std::size_t> got = read_at(out, position_);
    if (got) {
        position_ += *got;
    }
    return got;
}

Result<std::size_t> PosixFile::read_at(std::span<char> out, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got = read_piece(out.subspan(done), offset + done);
        if (got < 0) {
            return failed(error(errno, "read").at_offset(offset + done));
        }
        done += static_cast<std::size_t>(got);
        // Past the cache only the end of a file is no whole number of sectors.
        const bool is_tail = is_direct_ && static_cast<std::size_t>(got) % kDirectAlignment != 0;
        if (got == 0 || is_tail) {
            break;
        }
    }
    return done;
}

ssize_t PosixFile::read_piece(std::span<char> out, std::uint64_t offset) {
    const auto read = [&] {
        return retry_interrupted([&] {
            return ::pread(descriptor_.get(), out.data(), out.size(), static_cast<off_t>(offset));
        });
    };
    if (!is_direct_) {
        return read();
    }
    if (is_aligned(out, offset)) {
        const ssize_t got = read();
        const bool is_refused = got < 0 && errno == EINVAL;
        if (!is_refused) {
            return got;
        }
    }
    leave_direct();
    return read();
}

bool PosixFile::set_direct(bool direct) {
    const int flags = ::fcntl(descriptor_.get(), F_GETFL);
    const int wanted = direct ? flags | O_DIRECT : flags & ~O_DIRECT;
    return flags >= 0 && ::fcntl(descriptor_.get(), F_SETFL, wanted) == 0;
}

void PosixFile::leave_direct() {
    static_cast<void>(set_direct(false));
    is_direct_ = false;
    // Advice: a kernel that does not take it costs nothing but the proof that the disk was read.
    static_cast<void>(::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_DONTNEED));
}

Result<void> PosixFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = retry_interrupted(
            [&] { return ::write(descriptor_.get(), bytes.data(), bytes.size()); });
        if (put <= 0) {
            // A regular file that takes nothing and names no error would be asked for ever.
            return failed(error(put < 0 ? errno : EIO, "write"));
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

Result<void> PosixFile::truncate(std::uint64_t size) {
    if (retry_interrupted(
            [&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); }) != 0) {
        return failed(error(errno, "cut it to its durable length"));
    }
    return {};
}

Result<void> PosixFile::sync() {
    if (sync_failure_) {
        return failed(*sync_failure_);
    }
    if (retry_interrupted([&] { return ::fdatasync(descriptor_.get()); }) != 0) {
        // Linux may mark the lost pages clean: a second call would report a success that is none.
        sync_failure_ = error(errno, "write it through to the disk");
        return failed(*sync_failure_);
    }
    return {};
}

Result<FileIdentity> PosixFile::identity() {
    return status_of(descriptor_.get(), path_, purpose_).map([](const struct stat& status) {
        FileIdentity identity;
        identity.device = status.st_dev;
        identity.inode = status.st_ino;
        identity.size = static_cast<std::uint64_t>(status.st_size);
        identity.mtime_ns = nanoseconds(status.st_mtim);
        identity.ctime_ns = nanoseconds(status.st_ctim);
        return identity;
    });
}

Result<bool> PosixFile::is_private() {
    return status_of(descriptor_.get(), path_, purpose_).map([](const struct stat& status) {
        return (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    });
}

void PosixFile::drop_cache() {
    is_direct_ = set_direct(true);
    if (!is_direct_) {
        leave_direct();
    }
}

Result<void> PosixFile::close() {
    if (!descriptor_.is_open()) {
        return {};
    }
    // Never repeated: Linux frees the number even when close reports an error, and another thread
    // may hold it by now.
    if (::close(descriptor_.release()) != 0) {
        return failed(error(errno, "close"));
    }
    return {};
}

}  // namespace ffdump

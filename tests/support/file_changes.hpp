// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/inotify.h>
#include <unistd.h>

namespace ffdump {

/// Wakes whoever waits for a file to be written to (or read: IN_ACCESS): the kernel tells, nobody
/// looks again and again. Throws std::runtime_error when the file is not there.
class FileChanges {
 public:
    explicit FileChanges(const std::string& path, std::uint32_t events = IN_MODIFY)
        : descriptor_(::inotify_init1(IN_CLOEXEC)) {
        if (descriptor_ < 0 || ::inotify_add_watch(descriptor_, path.c_str(), events) < 0) {
            throw std::runtime_error("cannot watch " + path);
        }
    }
    ~FileChanges() { ::close(descriptor_); }
    FileChanges(const FileChanges&) = delete;
    FileChanges& operator=(const FileChanges&) = delete;

    /// Since this object was made or the last call; false when nothing comes within `patience`.
    [[nodiscard]] bool wait(std::chrono::milliseconds patience) const {
        pollfd ready{descriptor_, POLLIN, 0};
        int count = 0;
        do {
            count = ::poll(&ready, 1, static_cast<int>(patience.count()));
        } while (count < 0 && errno == EINTR);
        if (count <= 0) {
            return false;
        }
        std::array<char, 4096> events{};
        return ::read(descriptor_, events.data(), events.size()) > 0;
    }

 private:
    int descriptor_;
};

}  // namespace ffdump

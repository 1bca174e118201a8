// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "system_error.hpp"

#include "ffdump/base/result.hpp"

#include <string>
#include <sys/stat.h>
#include <utility>

namespace ffdump {

/// Owner of a file descriptor. Moved, not copied.
class Descriptor {
 public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    /// Gives the number away, for the one caller that looks at what close(2) says.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
    int number_ = -1;
};

/// Opens a regular file and nothing else: a FIFO would block, a device would do anything.
/// `flags` as for open(2); O_CLOEXEC is added, and O_NOFOLLOW for writing. Files opened for
/// writing are given mode 0600 whatever the umask and whatever they had.
[[nodiscard]] Result<Descriptor> open_regular(const std::string& path, int flags,
                                              FilePurpose purpose);

/// fstat, with the file's path in the error.
[[nodiscard]] Result<struct stat> status_of(int descriptor, const std::string& path,
                                            FilePurpose purpose);

}  // namespace ffdump

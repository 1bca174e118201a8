// SPDX-License-Identifier: Apache-2.0
#include "descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace ffdump {
namespace {

constexpr mode_t kPrivateFile = 0600;

Error open_error(int code, const std::string& path, FilePurpose purpose) {
    if (purpose == FilePurpose::writing && code == ELOOP) {
        return Error(Reason::output_unwritable, "cannot open for writing: it is a symbolic link")
            .at_file(path)
            .hint("give the real path; links are not followed where biometric data are written");
    }
    return system_error(code, purpose == FilePurpose::reading ? "open" : "open for writing", path,
                        purpose);
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        const Descriptor released(std::exchange(number_, std::exchange(other.number_, -1)));
    }
    return *this;
}

Result<Descriptor> open_regular(const std::string& path, int flags, FilePurpose purpose) {
    // O_NONBLOCK: opening a FIFO must not wait for its other end. It means nothing to regular
    // files.
    int all_flags = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    if (purpose == FilePurpose::writing) {
        all_flags |= O_NOFOLLOW;
    }
    Descriptor descriptor(
        retry_interrupted([&] { return ::open(path.c_str(), all_flags, kPrivateFile); }));
    if (!descriptor.is_open()) {
        return failed(open_error(errno, path, purpose));
    }
    Result<struct stat> status = status_of(descriptor.get(), path, purpose);
    if (!status) {
        return failed(std::move(status.error()));
    }
    if (!S_ISREG(status->st_mode)) {
        const bool reading = purpose == FilePurpose::reading;
        return failed(
            Error(reading ? Reason::source_unreadable : Reason::output_unwritable,
                  S_ISDIR(status->st_mode) ? "it is a directory" : "it is not a regular file")
                .at_file(path));
    }
    const bool is_private = (status->st_mode & ALLPERMS) == kPrivateFile;
    if (purpose == FilePurpose::writing && !is_private &&
        ::fchmod(descriptor.get(), kPrivateFile) != 0) {
        return failed(system_error(errno, "make it private", path, purpose));
    }
    return descriptor;
}

Result<struct stat> status_of(int descriptor, const std::string& path, FilePurpose purpose) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) {
        return failed(system_error(errno, "look at it", path, purpose));
    }
    return status;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "unnamed_file.hpp"

#include "ffdump/io/file_system.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace ffdump {
namespace {

constexpr mode_t kPrivateFile = 0600;

Result<Descriptor> made_private(Descriptor descriptor, const std::string& directory) {
    if (::fchmod(descriptor.get(), kPrivateFile) != 0) {
        return failed(
            system_error(errno, "make a temporary file private", directory, FilePurpose::writing));
    }
    return descriptor;
}

/// EISDIR: a kernel that does not know the flag sees an attempt to write to the folder.
bool lacks_unnamed_files(int code) noexcept {
    return code == EOPNOTSUPP || code == EISDIR || code == EINVAL;
}

}  // namespace

Result<Descriptor> open_unnamed(const std::string& directory) {
    Descriptor descriptor(retry_interrupted([&] {
        return ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, kPrivateFile);
    }));
    if (descriptor.is_open()) {
        return made_private(std::move(descriptor), directory);
    }
    if (lacks_unnamed_files(errno)) {
        return open_and_unlink(directory);
    }
    return failed(
        system_error(errno, "create a temporary file in it", directory, FilePurpose::writing));
}

Result<Descriptor> open_and_unlink(const std::string& directory) {
    std::string path = join_path(directory, ".ffdump-XXXXXX");
    Descriptor descriptor(
        retry_interrupted([&] { return ::mkostemp(path.data(), O_APPEND | O_CLOEXEC); }));
    if (!descriptor.is_open()) {
        return failed(
            system_error(errno, "create a temporary file in it", directory, FilePurpose::writing));
    }
    if (::unlink(path.c_str()) != 0) {
        return failed(system_error(errno, "unlink a temporary file", path, FilePurpose::writing));
    }
    return made_private(std::move(descriptor), directory);
}

}  // namespace ffdump

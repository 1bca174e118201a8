// SPDX-License-Identifier: Apache-2.0
#include "system_error.hpp"

#include "ffdump/io/byte_source.hpp"

#include <unistd.h>

namespace ffdump {

Result<void> write_to_stdout(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put =
            retry_interrupted([&] { return ::write(STDOUT_FILENO, bytes.data(), bytes.size()); });
        if (put <= 0) {
            return failed(system_error(put < 0 ? errno : EIO, "write", "standard-output",
                                       FilePurpose::writing));
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace ffdump {

/// Bytes with the magic of a PNG image, `size` in all.
inline std::string png_bytes(std::size_t size = 100) {
    std::string bytes("\x89PNG\r\n\x1A\n");
    while (bytes.size() < size) {
        bytes += static_cast<char>(bytes.size() % 251);
    }
    return bytes;
}

}  // namespace ffdump

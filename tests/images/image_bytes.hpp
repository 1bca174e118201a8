// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/made_png.hpp"

#include <cstddef>
#include <string>

namespace ffdump {

/// Bytes that begin as a PNG image of 24 x 24 pixels, `size` in all.
inline std::string png_bytes(std::size_t size = 100) {
    namespace d = made_png_detail;
    std::string bytes =
        "\x89PNG\r\n\x1A\n" +
        d::chunk("IHDR", d::big_endian(24) + d::big_endian(24) + std::string("\x08\0\0\0\0", 5));
    while (bytes.size() < size) {
        bytes += static_cast<char>(bytes.size() % 251);
    }
    return bytes;
}

/// The same as a JPEG image.
inline std::string jpeg_bytes() {
    return std::string(
        "\xFF\xD8\xFF\xE0\x00\x04zz\xFF\xC0\x00\x0B\x08\x00\x18\x00\x18\x01\x01\x11\x00"
        "rest",
        25);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace ffdump {

enum class ImageKind : std::uint8_t { png, jpeg, webp, bmp };

/// What an image's header says of it.
struct ImageHeader {
    ImageKind kind = ImageKind::png;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    friend bool operator==(const ImageHeader&, const ImageHeader&) = default;
};

/// Sides of an image that are believed, in pixels, both ends included. extraction-api's own limit
/// is `max_dimension: 6000` (vendor's configuration); a normalized image of less than 16 pixels
/// shows no face.
struct ImageBounds {
    std::uint32_t least_side = 16;
    std::uint32_t most_side = 6000;
};

/// Kind by magic bytes; fails with `image_unreadable` when there is none, saying what it looks
/// like instead ("an HTML page", "empty").
[[nodiscard]] Result<ImageKind> sniff_image(std::string_view bytes);

/// Kind, then the header that a decoder would begin with: PNG's IHDR and its checksum, JPEG's
/// segments up to the frame, WEBP's RIFF length and first chunk, BMP's two headers. Fails with
/// `image_unreadable`: no image, a header that is cut or contradicts itself, a file shorter than
/// its header announces (WEBP), sides out of bounds. Pixels are not decoded.
[[nodiscard]] Result<ImageHeader> check_image(std::string_view bytes, const ImageBounds& bounds);

}  // namespace ffdump

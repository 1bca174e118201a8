// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// A decoded image: RGBA, 8 bits each, rows from the top.
struct Picture {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<std::uint8_t> rgba;

    [[nodiscard]] bool is_uniform() const;
};

/// extraction-api's own default (`max_dimension: 6000`, vendor configuration of ffserver 3.1).
inline constexpr std::size_t kMaxPictureSide = 6000;

/// Columns `left` to `right` (not included) of a picture.
struct Columns {
    std::size_t left = 0;
    std::size_t right = 0;
};

/// PNG (libpng) or JPEG (TurboJPEG), by magic bytes. A damaged or cut file is an error, also where
/// the library would make do with what it has. The failing side is the reason in words.
[[nodiscard]] tl::expected<Picture, std::string> decode_picture(std::string_view bytes);

inline constexpr std::size_t kThumbSide = 8;
using Thumb = std::array<double, kThumbSide * kThumbSide>;

/// The columns averaged down to 8x8 grey values of 0 to 255.
[[nodiscard]] Thumb shrink(const Picture& picture, Columns columns);

}  // namespace ffdump

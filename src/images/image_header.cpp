// SPDX-License-Identifier: Apache-2.0
#include "ffdump/images/image_header.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

struct Sides {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

/// Sides, or what is wrong with the header.
using SidesOrFlaw = tl::expected<Sides, std::string_view>;

tl::unexpected<std::string_view> flaw(std::string_view text) {
    return tl::unexpected<std::string_view>(text);
}

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// The number of `count` bytes at `at`, which must be there.
std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value = (value << 8U) | byte_at(bytes, at + i);
    }
    return value;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = count; i > 0; --i) {
        value = (value << 8U) | byte_at(bytes, at + i - 1);
    }
    return value;
}

std::uint32_t png_checksum(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

SidesOrFlaw png_sides(std::string_view bytes) {
    constexpr std::size_t kLengthAt = 8;
    constexpr std::size_t kTypeAt = 12;
    constexpr std::size_t kDataAt = 16;
    constexpr std::size_t kDataSize = 13;
    constexpr std::size_t kCrcAt = kDataAt + kDataSize;
    if (bytes.size() < kCrcAt + 4) {
        return flaw("is cut within its header");
    }
    if (big_endian(bytes, kLengthAt, 4) != kDataSize || bytes.substr(kTypeAt, 4) != "IHDR") {
        return flaw("does not begin with its header chunk");
    }
    if (png_checksum(bytes.substr(kTypeAt, 4 + kDataSize)) != big_endian(bytes, kCrcAt, 4)) {
        return flaw("has a header with a wrong checksum");
    }
    return Sides{big_endian(bytes, kDataAt, 4), big_endian(bytes, kDataAt + 4, 4)};
}

/// SOF0 to SOF15, without the three markers among them that are others.
bool is_frame_marker(std::uint32_t marker) {
    return marker >= 0xC0U && marker <= 0xCFU && marker != 0xC4U && marker != 0xC8U &&
           marker != 0xCCU;
}

bool has_no_length(std::uint32_t marker) {
    return marker == 0x01U || (marker >= 0xD0U && marker <= 0xD8U);
}

SidesOrFlaw jpeg_sides(std::string_view bytes) {
    constexpr std::size_t kFrameSize = 8;
    for (std::size_t at = 2; at + 4 <= bytes.size();) {
        if (byte_at(bytes, at) != 0xFFU) {
            return flaw("has bytes between its segments");
        }
        const std::uint32_t marker = byte_at(bytes, at + 1);
        if (marker == 0xFFU || has_no_length(marker)) {
            at += marker == 0xFFU ? 1 : 2;  // fill bytes may stand before any marker
            continue;
        }
        const std::size_t length = big_endian(bytes, at + 2, 2);
        if (length < 2) {
            return flaw("has a segment of no length");
        }
        if (is_frame_marker(marker)) {
            if (length < kFrameSize || at + 2 + kFrameSize > bytes.size()) {
                break;
            }
            return Sides{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
        }
        if (marker == 0xDAU || marker == 0xD9U) {
            return flaw("has no frame before its pixels");
        }
        at += 2 + length;
    }
    return flaw("is cut within its header");
}

SidesOrFlaw webp_sides(std::string_view bytes) {
    constexpr std::size_t kChunkAt = 12;
    constexpr std::size_t kDataAt = 20;
    constexpr std::size_t kLeast = kDataAt + 10;
    if (bytes.size() < kLeast) {
        return flaw("is cut within its header");
    }
    if (std::size_t{little_endian(bytes, 4, 4)} + 8 > bytes.size()) {
        return flaw("is shorter than its header announces");
    }
    const std::string_view chunk = bytes.substr(kChunkAt, 4);
    if (chunk == "VP8X") {
        return Sides{little_endian(bytes, kDataAt + 4, 3) + 1,
                     little_endian(bytes, kDataAt + 7, 3) + 1};
    }
    if (chunk == "VP8L" && byte_at(bytes, kDataAt) == 0x2FU) {
        const std::uint32_t packed = little_endian(bytes, kDataAt + 1, 4);
        return Sides{(packed & 0x3FFFU) + 1, ((packed >> 14U) & 0x3FFFU) + 1};
    }
    if (chunk == "VP8 " && bytes.substr(kDataAt + 3, 3) == "\x9D\x01\x2A") {
        return Sides{little_endian(bytes, kDataAt + 6, 2) & 0x3FFFU,
                     little_endian(bytes, kDataAt + 8, 2) & 0x3FFFU};
    }
    return flaw("does not begin with a picture");
}

SidesOrFlaw bmp_sides(std::string_view bytes) {
    constexpr std::size_t kSizeAt = 14;
    constexpr std::size_t kOldHeader = 12;
    const std::size_t header = byte_at(bytes, kSizeAt);  // sniff_image saw the rest of it
    if (bytes.size() < kSizeAt + header) {
        return flaw("is cut within its header");
    }
    if (header == kOldHeader) {
        return Sides{little_endian(bytes, kSizeAt + 4, 2), little_endian(bytes, kSizeAt + 6, 2)};
    }
    // Negative: rows from the top.
    const std::uint32_t height = little_endian(bytes, kSizeAt + 8, 4);
    return Sides{little_endian(bytes, kSizeAt + 4, 4),
                 (height & 0x80000000U) != 0 ? ~height + 1 : height};
}

SidesOrFlaw sides_of(ImageKind kind, std::string_view bytes) {
    switch (kind) {
        case ImageKind::png:
            return png_sides(bytes);
        case ImageKind::jpeg:
            return jpeg_sides(bytes);
        case ImageKind::webp:
            return webp_sides(bytes);
        case ImageKind::bmp:
            break;
    }
    return bmp_sides(bytes);
}

std::string_view kind_name(ImageKind kind) {
    constexpr std::array<std::string_view, 4> kNames{"PNG", "JPEG", "WEBP", "BMP"};
    return kNames.at(static_cast<std::size_t>(kind));
}

}  // namespace

Result<ImageHeader> check_image(std::string_view bytes, const ImageBounds& bounds) {
    const Result<ImageKind> kind = sniff_image(bytes);
    if (!kind) {
        return failed(kind.error());
    }
    const SidesOrFlaw sides = sides_of(*kind, bytes);
    if (!sides) {
        return failed(Reason::image_unreadable,
                      fmt::format("the {} image {}", kind_name(*kind), sides.error()));
    }
    const auto is_inside = [&bounds](std::uint32_t side) {
        return side >= bounds.least_side && side <= bounds.most_side;
    };
    if (!is_inside(sides->width) || !is_inside(sides->height)) {
        return failed(Error(Reason::image_unreadable,
                            fmt::format("the {} image is {} x {} pixels, where {} to {} a side are "
                                        "to be expected",
                                        kind_name(*kind), sides->width, sides->height,
                                        bounds.least_side, bounds.most_side))
                          .hint("look at the image; if it is a face, widen "
                                "ffdump.limits.image_side_least or image_side_most"));
    }
    return ImageHeader{*kind, sides->width, sides->height};
}

}  // namespace ffdump

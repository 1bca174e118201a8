// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Grey, 8 bits, rows from the top.
struct GreyPixels {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> grey;
};

namespace made_png_detail {

inline std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

inline std::uint32_t adler32(std::string_view bytes) {
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<unsigned char>(c)) % 65521U;
        b = (b + a) % 65521U;
    }
    return (b << 16U) | a;
}

inline std::string big_endian(std::uint32_t value) {
    std::string text;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        text += static_cast<char>((value >> shift) & 0xFFU);
    }
    return text;
}

inline std::string chunk(std::string_view type, std::string_view data) {
    const std::string body = std::string(type) + std::string(data);
    return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(crc32(body));
}

inline std::string stored_deflate(std::string_view bytes) {
    constexpr std::size_t kBlock = 65535;
    std::string out = "\x78\x01";
    for (std::size_t at = 0; at == 0 || at < bytes.size(); at += kBlock) {
        const std::string_view block = bytes.substr(at, kBlock);
        const auto size = static_cast<std::uint16_t>(block.size());
        const auto inverse = static_cast<std::uint16_t>(~size);
        out += at + kBlock >= bytes.size() ? '\x01' : '\x00';
        for (const std::uint16_t value : {size, inverse}) {
            out += static_cast<char>(value & 0xFFU);
            out += static_cast<char>(value >> 8U);
        }
        out += block;
    }
    return out + big_endian(adler32(bytes));
}

}  // namespace made_png_detail

/// A PNG file of these pixels, not compressed: the same bytes whatever zlib is installed.
[[nodiscard]] inline std::string png_of(const GreyPixels& pixels) {
    namespace d = made_png_detail;
    std::string rows;
    for (std::size_t y = 0; y < pixels.height; ++y) {
        rows += '\0';
        rows.append(reinterpret_cast<const char*>(&pixels.grey[y * pixels.width]), pixels.width);
    }
    const std::string header = d::big_endian(pixels.width) + d::big_endian(pixels.height) +
                               std::string("\x08\x00\x00\x00\x00", 5);
    return "\x89PNG\r\n\x1a\n" + d::chunk("IHDR", header) +
           d::chunk("IDAT", d::stored_deflate(rows)) + d::chunk("IEND", "");
}

/// A smooth picture of its own for each seed: one "face" for the extraction double, unless it is
/// at least twice as wide as high (two).
[[nodiscard]] inline GreyPixels face_pixels(std::uint64_t seed, std::uint32_t width = 24,
                                            std::uint32_t height = 24) {
    std::uint64_t state = (seed * 0x9E3779B97F4A7C15U) + 0x2545F4914F6CDD1DU;
    const auto unit = [&state] {
        state ^= state >> 12U;
        state ^= state << 25U;
        state ^= state >> 27U;
        return static_cast<double>((state * 0x2545F4914F6CDD1DU) >> 40U) / 16777216.0;
    };
    for (int i = 0; i < 8; ++i) {
        static_cast<void>(unit());
    }
    std::array<double, 8> wave{};
    for (double& value : wave) {
        value = (unit() * 5.0) + 0.5;
    }
    GreyPixels pixels{width, height, {}};
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const double u = double(x) / width;
            const double v = double(y) / height;
            const double value = std::sin((wave[0] * u) + (wave[1] * v) + wave[2]) +
                                 std::sin((wave[3] * u) - (wave[4] * v) + wave[5]) +
                                 std::cos((wave[6] * v) + wave[7]);
            pixels.grey.push_back(static_cast<std::uint8_t>(127.0 + (42.0 * value)));
        }
    }
    return pixels;
}

[[nodiscard]] inline std::string face_png(std::uint64_t seed) {
    return png_of(face_pixels(seed));
}

/// All pixels alike: no face for the extraction double.
[[nodiscard]] inline std::string uniform_png(std::uint8_t grey = 128) {
    return png_of({24, 24, std::vector<std::uint8_t>(std::size_t{24} * 24, grey)});
}

/// Twice as wide as high: two faces for the extraction double.
[[nodiscard]] inline std::string two_face_png(std::uint64_t seed) {
    return png_of(face_pixels(seed, 48, 24));
}

}  // namespace ffdump

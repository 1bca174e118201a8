// SPDX-License-Identifier: Apache-2.0
#include "picture.hpp"

#include "support/made_png.hpp"

#include <catch2/catch.hpp>
#include <turbojpeg.h>

#include <memory>
#include <string>
#include <type_traits>

namespace ffdump {

namespace {

struct FreeJpeg {
    void operator()(void* handle) const noexcept { tjDestroy(handle); }
};

std::string jpeg_of(const GreyPixels& pixels) {
    const std::unique_ptr<std::remove_pointer_t<tjhandle>, FreeJpeg> encoder(tjInitCompress());
    std::string bytes(tjBufSize(int(pixels.width), int(pixels.height), TJSAMP_GRAY), '\0');
    auto* out = reinterpret_cast<unsigned char*>(bytes.data());
    unsigned long size = bytes.size();
    REQUIRE(tjCompress2(encoder.get(), pixels.grey.data(), int(pixels.width), 0, int(pixels.height),
                        TJPF_GRAY, &out, &size, TJSAMP_GRAY, 95, TJFLAG_NOREALLOC) == 0);
    bytes.resize(size);
    return bytes;
}

}  // namespace

TEST_CASE("a PNG decodes to the pixels it was made of") {
    const GreyPixels pixels = face_pixels(1, 30, 20);
    const auto picture = decode_picture(png_of(pixels));
    REQUIRE(picture);
    CHECK(picture->width == 30);
    CHECK(picture->height == 20);
    for (std::size_t i = 0; i < pixels.grey.size(); ++i) {
        REQUIRE(picture->rgba[i * 4] == pixels.grey[i]);
        REQUIRE(picture->rgba[(i * 4) + 3] == 255);
    }
}

TEST_CASE("a JPEG decodes to nearly the pixels it was made of") {
    const GreyPixels pixels = face_pixels(2);
    const auto picture = decode_picture(jpeg_of(pixels));
    REQUIRE(picture);
    for (std::size_t i = 0; i < pixels.grey.size(); ++i) {
        REQUIRE(std::abs(int(picture->rgba[(i * 4) + 1]) - int(pixels.grey[i])) < 12);
    }
}

TEST_CASE("an image that is cut at any length is undecodable") {
    for (const std::string& whole : {face_png(3), jpeg_of(face_pixels(3))}) {
        REQUIRE(decode_picture(whole));
        // What both libraries do not need: the IEND chunk and the EOI marker.
        const std::size_t needed = whole.size() - (whole.starts_with("\x89") ? 12 : 2);
        for (std::size_t size = 0; size < needed; ++size) {
            INFO("cut at " << size << " of " << whole.size());
            CHECK_FALSE(decode_picture(std::string_view(whole).substr(0, size)));
        }
    }
}

TEST_CASE("a PNG with a flipped bit in its pixels is undecodable") {
    std::string png = face_png(4);
    png[png.size() / 2] = static_cast<char>(png[png.size() / 2] ^ 1);
    CHECK_FALSE(decode_picture(png));
}

TEST_CASE("sides over 6000 are refused before memory is taken for them") {
    std::string png = face_png(4);
    // IHDR's width to 2^30, with the checksum that belongs to it.
    const std::string header = made_png_detail::big_endian(1U << 30U) +
                               made_png_detail::big_endian(24) +
                               std::string("\x08\x00\x00\x00\x00", 5);
    const std::string chunk = made_png_detail::chunk("IHDR", header);
    png.replace(8, chunk.size(), chunk);
    CHECK_FALSE(decode_picture(png));
}

TEST_CASE("shrinking averages, whatever the size") {
    for (const std::uint32_t side : {1U, 3U, 8U, 13U, 64U}) {
        GreyPixels pixels{side, side, std::vector<std::uint8_t>(std::size_t{side} * side, 77)};
        const auto picture = decode_picture(png_of(pixels));
        REQUIRE(picture);
        CHECK(picture->is_uniform());
        for (const double grey : shrink(*picture, {0, side})) {
            REQUIRE(grey == Approx(77.0));
        }
    }
}

}  // namespace ffdump

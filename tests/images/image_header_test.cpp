// SPDX-License-Identifier: Apache-2.0
#include "ffdump/images/image_header.hpp"

#include "support/made_png.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <string>

namespace ffdump {
namespace {

using namespace std::string_literals;

std::string detail_of(const std::string& bytes) {
    const Result<ImageHeader> header = check_image(bytes, {});
    return header ? "an image" : header.error().detail();
}

std::string png(std::uint32_t width, std::uint32_t height) {
    namespace d = made_png_detail;
    return "\x89PNG\r\n\x1A\n" +
           d::chunk("IHDR", d::big_endian(width) + d::big_endian(height) + "\x08\0\0\0\0"s);
}

const std::string kJpeg =
    "\xFF\xD8\xFF\xE0\x00\x04zz\xFF\xFF\xC2\x00\x0B\x08\x00\xC8\x01\x90\x01\x01\x11\x00"s;
const std::string kLossy =
    "RIFF\x18\x00\x00\x00WEBPVP8 \x0C\x00\x00\x00\x30\x01\x00\x9D\x01\x2A\xC8\x00\x64\x00zz"s;
const std::string kLossless =
    "RIFF\x18\x00\x00\x00WEBPVP8L\x0C\x00\x00\x00\x2F\xC7\xC0\x18\x00zzzzzzz"s;
const std::string kExtended =
    "RIFF\x18\x00\x00\x00WEBPVP8X\x0C\x00\x00\x00\x00\x00\x00\x00\xC7\x00\x00\x63\x00\x00zz"s;
const std::string kBmp =
    "BM\x3A\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x64\0\0\0\x9C\xFF\xFF\xFF\x01\0\x18\0"s +
    std::string(24, '\0');

TEST_CASE("an image's header gives its kind and sides") {
    CHECK(check_image(face_png(1), {}).value() == ImageHeader{ImageKind::png, 24, 24});
    CHECK(check_image(png(320, 200), {}).value() == ImageHeader{ImageKind::png, 320, 200});
    CHECK(check_image(kJpeg, {}).value() == ImageHeader{ImageKind::jpeg, 400, 200});
    CHECK(check_image(kLossy, {}).value() == ImageHeader{ImageKind::webp, 200, 100});
    CHECK(check_image(kLossless, {}).value() == ImageHeader{ImageKind::webp, 200, 100});
    CHECK(check_image(kExtended, {}).value() == ImageHeader{ImageKind::webp, 200, 100});
    CHECK(check_image(kBmp, {}).value() == ImageHeader{ImageKind::bmp, 100, 100});
}

TEST_CASE("an image cut anywhere in its header is refused and never read over its end") {
    for (const std::string& whole : {png(320, 200), kJpeg, kLossy, kLossless, kExtended, kBmp}) {
        // Of the last bytes some are not needed: a JPEG's components, a WEBP's padding.
        for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
            INFO(size << " of " << whole.size());
            CHECK_FALSE(check_image(std::string(whole, 0, size), {}).has_value());
        }
    }
}

TEST_CASE("every flipped bit of a PNG header is noticed") {
    for (std::size_t at = 0; at < 33; ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string bytes = png(320, 200);
            bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
            INFO(at << "." << bit);
            CHECK_FALSE(check_image(bytes, {}).has_value());
        }
    }
}

TEST_CASE("an image whose sides are out of bounds is refused with what to do") {
    CHECK(detail_of(png(1, 1)) ==
          "the PNG image is 1 x 1 pixels, where 16 to 6000 a side are to be expected");
    CHECK(detail_of(png(65535, 65535)) ==
          "the PNG image is 65535 x 65535 pixels, where 16 to 6000 a side are to be expected");
    CHECK_FALSE(check_image(png(16, 15), {}).has_value());
    CHECK_FALSE(check_image(png(6001, 16), {}).has_value());
    CHECK(check_image(png(6000, 16), {}).has_value());
    CHECK(check_image(png(1, 1), {1, 1}).has_value());
    CHECK(check_image(png(1, 1), {}).error().hint_text().find("image_side_least") !=
          std::string::npos);
}

TEST_CASE("an image that contradicts itself is refused in words of its kind") {
    CHECK(detail_of("<html>") == "the file is no PNG, JPEG, WEBP or BMP image but an HTML page");
    CHECK(detail_of("\xFF\xD8\xFF\xE0\x00\x00zz"s) == "the JPEG image has a segment of no length");
    CHECK(detail_of("\xFF\xD8\xFF\xE0\x00\x02zz"s) == "the JPEG image is cut within its header");
    CHECK(detail_of("\xFF\xD8\xFF\xE0\x00\x02zzzz"s) ==
          "the JPEG image has bytes between its segments");
    CHECK(detail_of("\xFF\xD8\xFF\xDA\x00\x02zz"s) ==
          "the JPEG image has no frame before its pixels");
    CHECK(detail_of(kLossy.substr(0, 31)) == "the WEBP image is shorter than its header announces");
}

}  // namespace
}  // namespace ffdump

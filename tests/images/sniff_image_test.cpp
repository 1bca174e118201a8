// SPDX-License-Identifier: Apache-2.0
#include "ffdump/images/image_store.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

using namespace std::string_literals;

std::string bmp_bytes() {
    return "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0"s;
}

TEST_CASE("the four kinds of images are known by their first bytes") {
    CHECK(sniff_image("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s) == ImageKind::png);
    CHECK(sniff_image("\xFF\xD8\xFF\xE0\0\x10JFIF"s) == ImageKind::jpeg);
    CHECK(sniff_image("RIFF\x10\0\0\0WEBPVP8 "s) == ImageKind::webp);
    CHECK(sniff_image(bmp_bytes()) == ImageKind::bmp);
}

TEST_CASE("the first bytes of an image, cut short, are no image") {
    for (const std::string& whole : {"\x89PNG\r\n\x1A\n"s, "\xFF\xD8\xFF"s, "RIFF\x10\0\0\0WEBP"s,
                                     bmp_bytes().substr(0, 19)}) {
        CHECK(sniff_image(whole).has_value());
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Result<ImageKind> kind = sniff_image(whole.substr(0, length));
            INFO(length << " of " << whole.size() << " bytes");
            REQUIRE_FALSE(kind);
            CHECK(kind.error().reason() == Reason::image_unreadable);
        }
    }
}

TEST_CASE("what is no image is named by what it looks like") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "empty"},
        {std::string(4096, '\0'), "nothing but zero bytes"},
        {"<!DOCTYPE html><p>", "an HTML page"},
        {" \r\n<HTML>", "an HTML page"},
        {"\xEF\xBB\xBF<html>", "an HTML page"},
        {"<?xml version=\"1.0\"?>", "an XML document"},
        {"<svg xmlns=\"x\"/>", "an SVG image"},
        {"{\"error\":1}", "JSON"},
        {"not found\n", "text"},
        {"BMW is a car maker of some age", "text"},
        {"GIF89a", "a GIF image"},
        {"II*\0"s, "a TIFF image"},
        {"%PDF-1.4", "a PDF document"},
        {"\x1F\x8B\x08", "gzip data"},
        {"\0\0\0\x18"
         "ftypmp42...."s,
         "an MP4 video or a HEIC or AVIF image"},
        {"\x01\x02\x03", "unknown binary data"},
    };
    for (const auto& [bytes, look] : cases) {
        const Result<ImageKind> kind = sniff_image(bytes);
        REQUIRE_FALSE(kind);
        CHECK(kind.error().detail() == "the file is no PNG, JPEG, WEBP or BMP image but " + look);
    }
}

}  // namespace
}  // namespace ffdump

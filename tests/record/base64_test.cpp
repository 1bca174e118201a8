// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/base64.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <random>
#include <span>
#include <string>

namespace ffdump {
namespace {

std::string encoded(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

TEST_CASE("base64 agrees with the vectors of RFC 4648") {
    CHECK(encoded("").empty());
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foob") == "Zm9vYg==");
    CHECK(encoded("fooba") == "Zm9vYmE=");
    CHECK(encoded("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 of any bytes decodes to the same bytes") {
    const unsigned seed = Catch::rngSeed();
    CAPTURE(seed);
    std::mt19937 engine(seed);
    for (std::size_t length = 0; length < 300; ++length) {
        std::string bytes(length, '\0');
        for (char& c : bytes) {
            c = static_cast<char>(engine() & 0xFFU);
        }
        REQUIRE(decode_base64(encoded(bytes)) == bytes);
    }
}

TEST_CASE("base64 decoding takes every byte of the alphabet and no other, at every place") {
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t place = 0; place < 4; ++place) {
        for (int c = 0; c < 256; ++c) {
            std::string text = "AAAAAAAA";
            text[place] = static_cast<char>(c);
            const bool allowed = c != 0 && alphabet.find(static_cast<char>(c)) != std::string::npos;
            CAPTURE(place, c);
            CHECK(decode_base64(text).has_value() == allowed);
        }
    }
}

TEST_CASE("base64 decoding takes and refuses the same in long texts, at every place of them") {
    const std::string usual =
        "QrZ7+/9aQrZ7+/9aQrZ7+/9aQrZ7+/9aQrZ7+/9aQrZ7+/9aQrZ7+/9aQrZ7+/9aQrZ7+/9a";
    for (std::size_t place = 0; place + 4 < usual.size(); ++place) {
        for (int c = 0; c < 256; ++c) {
            std::string text = usual;
            text[place] = static_cast<char>(c);
            std::optional<std::string> wanted = "";
            for (std::size_t at = 0; at < text.size() && wanted; at += 4) {
                const auto group = decode_base64(std::string_view(text).substr(at, 4));
                wanted =
                    group && group->size() == 3 ? std::optional(*wanted + *group) : std::nullopt;
            }
            CAPTURE(place, c);
            REQUIRE(decode_base64(text) == wanted);
        }
    }
}

TEST_CASE("base64 is decoded into memory of exactly its length") {
    for (std::size_t length = 0; length < 120; ++length) {
        const std::string bytes(length, 'b');
        const std::string text = encoded(bytes);
        REQUIRE(bytes_in_base64(text) == length);
        std::string out(length + 2, '#');
        REQUIRE(decode_base64_into(text, std::span(out).subspan(1, length)));
        CHECK(out == "#" + bytes + "#");
        CHECK_FALSE(decode_base64_into(text, std::span(out)));
    }
    CHECK_FALSE(bytes_in_base64("AAAAA"));
}

TEST_CASE("base64 decoding refuses what is not canonical") {
    for (const char* text : {"A", "AA", "AAA", "AAAAA", "====", "A===", "AA=A", "=AAA", "Zh==",
                             "Zm9=", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm9v ", "Zg=", "Z-_v"}) {
        CAPTURE(text);
        CHECK_FALSE(decode_base64(text).has_value());
    }
}

TEST_CASE("base64 decoding takes escaped slashes only when asked") {
    CHECK(decode_base64("//8=") == std::string("\xFF\xFF"));
    CHECK(decode_base64("\\/\\/8=", true) == std::string("\xFF\xFF"));
    CHECK_FALSE(decode_base64("\\/\\/8=", false).has_value());
    CHECK_FALSE(decode_base64("\\n\\/8=", true).has_value());
    CHECK_FALSE(decode_base64("AAA\\", true).has_value());
}

}  // namespace
}  // namespace ffdump

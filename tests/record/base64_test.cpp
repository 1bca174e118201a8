// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/base64.hpp"

#include <catch2/catch.hpp>

#include <random>
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

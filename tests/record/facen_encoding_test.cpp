// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/facen_encoding.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

using namespace ffdump;

namespace {

FacenEncoding encoding(std::string_view word) {
    const auto found = FacenEncoding::of(word);
    REQUIRE(found);
    return *found;
}

std::string text_of(const Facen& facen, std::string_view word, std::string_view old = "") {
    std::string text;
    append_facen(text, facen, encoding(word), SlashStyle::plain, old);
    return text;
}

std::string fault(std::string_view text, std::string_view word) {
    const auto facen = decode_facen(text, encoding(word));
    return facen ? "decoded" : facen.error().detail();
}

/// Floats whose base64 shows all of `+`, `/` and padding.
const Facen odd = {-1.5F, 0.25F, std::bit_cast<float>(0x3EFBEFFFU), 0.7F};

}  // namespace

TEST_CASE("a facen that was written in any encoding is read as the same facen") {
    for (const std::string_view word : FacenEncoding::words()) {
        INFO(word);
        for (std::size_t size = 0; size <= odd.size(); ++size) {
            const Facen facen(odd.begin(), odd.begin() + static_cast<std::ptrdiff_t>(size));
            const std::string text = text_of(facen, word);
            CHECK(decode_facen(text, encoding(word)).value() == as_written(facen, encoding(word)));
            CHECK(dimension_of_text(text, encoding(word)) == size);
        }
    }
}

TEST_CASE("the words of encodings are known, and no other") {
    CHECK(encoding("base64-float32le") == FacenEncoding{});
    CHECK_FALSE(FacenEncoding::of("base64-float64le").has_value());
    CHECK_FALSE(FacenEncoding::of("").has_value());
}

TEST_CASE("each base64 has its own alphabet and padding") {
    const Facen facen = {std::bit_cast<float>(0xFFFEFBFFU)};
    CHECK(text_of(facen, "base64-float32le") == "//v+/w==");
    CHECK(text_of(facen, "base64-unpadded-float32le") == "//v+/w");
    CHECK(text_of(facen, "base64url-float32le") == "__v-_w==");
    CHECK(text_of(facen, "base64url-unpadded-float32le") == "__v-_w");
    CHECK(fault("//v+/w==", "base64url-float32le") == "the facen is not base64");
    CHECK(fault("__v-_w==", "base64-float32le") == "the facen is not base64");
    CHECK(fault("//v+/w", "base64-float32le") == "the facen is not base64");
    CHECK(fault("//v+/w==", "base64-unpadded-float32le") == "the facen is not base64");
    CHECK(fault("__v-_", "base64url-unpadded-float32le") == "the facen is not base64");
    CHECK(decode_facen("\\/\\/v+\\/w", encoding("base64-unpadded-float32le")).has_value());
    CHECK(fault("\\/", "base64url-unpadded-float32le") == "the facen is not base64");
}

TEST_CASE("an array of numbers keeps the white space of the one it replaces") {
    CHECK(text_of({0.5F, -0.25F}, "numbers") == "[0.5,-0.25]");
    CHECK(text_of({0.5F, -0.25F}, "numbers", "[1, 2, 3]") == "[0.5, -0.25]");
    CHECK(text_of({0.1F}, "numbers", "[1, 2]") == "[0.1]");
    CHECK(text_of({}, "numbers") == "[]");
}

TEST_CASE("an array of numbers is read strictly") {
    const auto facen = decode_facen("[ 0.5 ,-2.5e-1,\n1E0, 0 ]", encoding("numbers"));
    CHECK(facen.value() == Facen{0.5F, -0.25F, 1.0F, 0.0F});
    CHECK(decode_facen("[1e-60]", encoding("numbers")).value() == Facen{0.0F});
    CHECK(std::isinf(decode_facen("[1e60]", encoding("numbers")).value()[0]));
    CHECK(fault("0.5", "numbers") == "the facen is no array of numbers");
    CHECK(fault("[0.5", "numbers") == "the facen is no array of numbers");
    CHECK(fault("[0.5,]", "numbers") == "the facen holds something else than numbers");
    CHECK(fault("[nan]", "numbers") == "the facen holds something else than numbers");
    CHECK(fault("[\"1\"]", "numbers") == "the facen holds something else than numbers");
    CHECK(fault("[1]]", "numbers") == "something follows the facen's numbers");
}

TEST_CASE(
    "a number beyond a float's range, and a double's, is infinite when it is large and else 0") {
    const auto number = [](const std::string& text) {
        return decode_facen("[" + text + "]", encoding("numbers")).value().at(0);
    };
    const std::string zeros(400, '0');
    const std::vector<std::string> large{"1e39",
                                         "1e400",
                                         "1E+400",
                                         "0.001e400",
                                         "1" + zeros,
                                         "1" + zeros + ".5",
                                         "1" + zeros + "e-1",
                                         "1e99999999999999999999",
                                         "0.1e99999999999999999999"};
    for (const std::string& text : large) {
        CAPTURE(text);
        CHECK(number(text) == std::numeric_limits<float>::infinity());
        CHECK(number("-" + text) == -std::numeric_limits<float>::infinity());
    }
    const std::vector<std::string> small{"1e-60",
                                         "1e-400",
                                         "1000.5E-400",
                                         "0." + zeros + "1",
                                         "0." + zeros + "1e+9",
                                         "1" + zeros + "e-800",
                                         "1e-99999999999999999999",
                                         "0e400",
                                         "0.0e99999999999999999999"};
    for (const std::string& text : small) {
        CAPTURE(text);
        CHECK(number(text) == 0.0F);
        CHECK(std::signbit(number("-" + text)));
    }
    CHECK(fault("[1e]", "numbers") == "the facen is no array of numbers");
}

TEST_CASE("float16 is rounded to the nearest even and keeps every value it has") {
    for (std::uint32_t half = 0; half < 0x10000U; ++half) {
        const float value = from_float16(static_cast<std::uint16_t>(half));
        if (!std::isnan(value)) {
            REQUIRE(to_float16(value) == half);
        }
    }
    CHECK(std::isnan(from_float16(to_float16(std::numeric_limits<float>::quiet_NaN()))));
    CHECK(from_float16(0x3C00U) == 1.0F);
    CHECK(from_float16(0x0001U) == std::ldexp(1.0F, -24));
    CHECK(to_float16(1.0F + std::ldexp(1.0F, -11)) == 0x3C00U);
    CHECK(to_float16(1.0F + 3 * std::ldexp(1.0F, -11)) == 0x3C02U);
    CHECK(to_float16(65519.0F) == 0x7BFFU);
    CHECK(to_float16(65520.0F) == 0x7C00U);
    CHECK(to_float16(-1e30F) == 0xFC00U);
    CHECK(to_float16(std::ldexp(1.0F, -26)) == 0);
}

TEST_CASE("a facen of float16 has whole halves of floats") {
    CHECK(fault("AAAA", "base64-float16le") ==
          "the facen has 3 bytes, which is no vector of float16");
    CHECK(fault(std::string(std::size_t{1} << 20U, 'A'), "base64-float16le") ==
          "the facen is longer than any model's");
}

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/facen.hpp"

#include "ffdump/record/base64.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>

namespace ffdump {
namespace {

std::string text_of(const Facen& facen, SlashStyle slash = SlashStyle::plain) {
    std::string out;
    append_facen(out, facen, slash);
    return out;
}

TEST_CASE("facen keeps every bit through its text, in both slash styles") {
    Facen facen;
    for (unsigned i = 0; i < 320; ++i) {
        const std::uint32_t bits = i * 0x9E3779B9U;
        float value = 0;
        std::memcpy(&value, &bits, sizeof value);
        facen.push_back(value);
    }
    for (const SlashStyle slash : {SlashStyle::plain, SlashStyle::escaped}) {
        const std::string text = text_of(facen, slash);
        CHECK(slash_style_of(text) == slash);
        const Result<Facen> back = decode_facen(text);
        REQUIRE(back);
        REQUIRE(back->size() == facen.size());
        CHECK(std::memcmp(back->data(), facen.data(), facen.size() * sizeof(float)) == 0);
    }
}

TEST_CASE("facen text is little-endian float32") {
    CHECK(text_of({1.0F}) == "AACAPw==");
    CHECK(decode_facen("AACAPw==").value() == Facen{1.0F});
}

TEST_CASE("facen text without a slash shows no style") {
    CHECK_FALSE(slash_style_of("AACAPw==").has_value());
    CHECK(slash_style_of("a/b") == SlashStyle::plain);
    CHECK(slash_style_of("a\\/b") == SlashStyle::escaped);
}

TEST_CASE("facen decoding says what is wrong") {
    CHECK(decode_facen("AAA").error().detail() == "the facen is not base64");
    CHECK(decode_facen("AAAA").error().detail() ==
          "the facen has 3 bytes, which is no vector of float32");
    std::string long_text;
    append_base64(long_text, std::string((kMaxDimension + 1) * 4, 'x'));
    CHECK(decode_facen(long_text).error().reason() == Reason::facen_invalid);
    CHECK(decode_facen(std::string(1U << 20U, 'A')).error().detail() ==
          "the facen is longer than any model's");
}

TEST_CASE("facen rules refuse what must not be written") {
    const FacenRules rules{.dimension = 4, .norm_tolerance = 1e-3};
    const auto detail = [&rules](const Facen& facen) {
        return check_facen(facen, rules).error().detail();
    };
    CHECK(check_facen(Facen{0.5F, 0.5F, 0.5F, 0.5F}, rules));
    CHECK(detail({}) == "the facen is empty");
    CHECK(detail({1, 0, 0}) == "the facen has 3 floats in place of 4");
    CHECK(detail({0, 0, 0, 0}) == "the facen has norm 0.000000, not 1 within 0.001");
    CHECK(detail({1.01F, 0, 0, 0}) == "the facen has norm 1.010000, not 1 within 0.001");
    CHECK(detail({std::nanf(""), 0, 0, 1}) == "the facen holds a value that is not finite");
    CHECK(detail({std::numeric_limits<float>::infinity(), 0, 0, 1}) ==
          "the facen holds a value that is not finite");
}

TEST_CASE("facen cosine is one for equal directions and zero for unlike sizes") {
    CHECK(facen_cosine(Facen{1, 2, 3}, Facen{2, 4, 6}) == Approx(1.0));
    CHECK(facen_cosine(Facen{1, 0}, Facen{0, 1}) == Approx(0.0));
    CHECK(facen_cosine(Facen{1, 0}, Facen{1, 0, 0}) == 0.0);
    CHECK(facen_cosine(Facen{0, 0}, Facen{1, 0}) == 0.0);
}

}  // namespace
}  // namespace ffdump

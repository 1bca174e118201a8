// SPDX-License-Identifier: Apache-2.0
#include "made_facen.hpp"

#include "extraction_dialogue.hpp"
#include "face_cache.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace ffdump {

namespace {

std::vector<float> facen_of(const std::string& png, const std::string& model = "jackfruit_480",
                            std::size_t dimension = 480) {
    FaceCache cache(dimension);
    const auto seen = cache.look(png, model);
    REQUIRE(seen->faces.size() == 1);
    return floats_of(seen->faces.front().facen_base64);
}

}  // namespace

TEST_CASE("a made facen has unit length and the dimension that was asked for") {
    for (const std::size_t dimension : {1U, 2U, 160U, 320U, 480U, 800U}) {
        const std::vector<float> facen = facen_of(face_png(1), "m", dimension);
        CHECK(facen.size() == dimension);
        CHECK(length(facen) == Approx(1.0).margin(1e-6));
    }
}

TEST_CASE("the same image and model make the same facen in every run") {
    CHECK(facen_of(face_png(5)) == facen_of(face_png(5)));
    // Fixed figures: another compiler, library or day must not change them beyond the last bits.
    GreyPixels pixels{24, 24, {}};
    for (unsigned i = 0; i < 576; ++i) {
        pixels.grey.push_back(static_cast<std::uint8_t>((i * i) / 1300));
    }
    const std::vector<float> facen = facen_of(png_of(pixels), "pinned_8", 8);
    const std::vector<float> pinned{-0.19615F, -0.04943F, 0.17579F, 0.02913F,
                                    -0.1385F,  -0.58966F, 0.72154F, 0.1996F};
    REQUIRE(facen.size() == pinned.size());
    for (std::size_t i = 0; i < pinned.size(); ++i) {
        CHECK(facen[i] == Approx(pinned[i]).margin(1e-5));
    }
}

TEST_CASE("like images make like facens and different images different ones") {
    GreyPixels pixels = face_pixels(7);
    const std::vector<float> first = facen_of(png_of(pixels));
    pixels.grey[100] = static_cast<std::uint8_t>(pixels.grey[100] ^ 1U);
    const std::vector<float> touched = facen_of(png_of(pixels));
    CHECK(touched != first);
    CHECK(cosine(first, touched) > 0.999);
    CHECK(cosine(first, touched) < 0.99999);

    std::set<std::vector<float>> all;
    double nearest = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const std::vector<float> facen = facen_of(face_png(1000 + seed));
        all.insert(facen);
        nearest = std::max(nearest, cosine(first, facen));
    }
    CHECK(all.size() == 100);
    CHECK(nearest < 0.999);
}

TEST_CASE("images without contrast at 8x8 still differ") {
    GreyPixels stripes{16, 16, {}};
    for (std::size_t i = 0; i < 256; ++i) {
        stripes.grey.push_back(i % 2 == 0 ? 0 : 255);
    }
    GreyPixels inverse = stripes;
    for (std::uint8_t& grey : inverse.grey) {
        grey = static_cast<std::uint8_t>(~grey);
    }
    const std::vector<float> a = facen_of(png_of(stripes));
    const std::vector<float> b = facen_of(png_of(inverse));
    CHECK(length(a) == Approx(1.0).margin(1e-6));
    CHECK(std::abs(cosine(a, b)) < 0.3);
}

TEST_CASE("facens of two models have nothing in common") {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        sum += std::abs(cosine(facen_of(face_png(seed), "jackfruit_480"),
                               facen_of(face_png(seed), "jackfruit_481")));
    }
    CHECK(sum / 50 < 0.15);
}

TEST_CASE("the double sees no face in a uniform image, two in a wide one, none in damaged bytes") {
    FaceCache cache(8);
    CHECK(cache.look(uniform_png(), "m")->faces.empty());
    CHECK(cache.look(uniform_png(), "m")->failure.empty());
    const auto two = cache.look(two_face_png(3), "m");
    REQUIRE(two->faces.size() == 2);
    CHECK(two->faces[0].facen_base64 != two->faces[1].facen_base64);
    CHECK(two->faces[1].columns.left == 24);
    CHECK_FALSE(cache.look("not an image", "m")->failure.empty());
    CHECK_FALSE(cache.look("", "m")->failure.empty());
}

TEST_CASE("base64 of the double agrees with the examples of RFC 4648 in its lengths") {
    CHECK(facen_base64({}).empty());
    CHECK(facen_base64({0.0F}) == "AAAAAA==");
    CHECK(facen_base64({1.0F, -2.0F}) == "AACAPwAAAMA=");
    CHECK(facen_base64({1.0F, -2.0F, 0.5F}) == "AACAPwAAAMAAAAA/");
}

}  // namespace ffdump

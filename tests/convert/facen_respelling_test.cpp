// SPDX-License-Identifier: Apache-2.0
#include "facen_respelling.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

/// The text in the new spelling, or why there is none.
std::string respelled(const std::string& text, const char* from, const char* to) {
    std::string out;
    const auto done =
        FacenRespelling(FacenEncoding::of(from).value(), FacenEncoding::of(to).value())
            .append(out, text);
    return done ? out : done.error().detail();
}

std::string of_numbers(const std::string& text) {
    return respelled(text, "numbers", "base64-float32le");
}

TEST_CASE("a decimal number stands for its float with as many digits as a writer likes") {
    const std::string tenth = "zczMPQ==";
    for (const char* const text : {"[0.1]", "[0.10]", "[1e-1]", "[ 0.100000001 ]", "[0.1000000015]",
                                   "[0.10000000149011612]", "[0.100000001490116119384765625]"}) {
        CAPTURE(text);
        CHECK(of_numbers(text) == tenth);
    }
    // The shortest number for this power of two, and not the nearest of as many digits.
    CHECK(of_numbers("[1.2621775e-29]") == "AACADw==");
    CHECK(of_numbers("[-0,0,0.000e5]") == "AAAAgAAAAAAAAAAA");
}

TEST_CASE("a number that says more than a float holds is refused") {
    const std::string refused = "the facen holds a number with more digits than float32 has";
    for (const char* const text : {"[0.1000000016]", "[0.123456789012]", "[1e-60]", "[16777217]",
                                   "[1e-400,1]", "[-1e-400]"}) {
        CAPTURE(text);
        CHECK(of_numbers(text) == refused);
    }
    CHECK(of_numbers("[1,0.1000000016]") == refused);
    for (const char* const text :
         {"[1e39]", "[1e400]", "[-1e400,1]", "[1,1e99999999999999999999]"}) {
        CAPTURE(text);
        CHECK(of_numbers(text) == "the facen holds a value that is not finite");
    }
}

TEST_CASE("values that are not finite pass only between spellings of the same floats") {
    const std::string infinite = "AACAf////38=";  // and a NaN
    CHECK(respelled(infinite, "base64-float32le", "base64url-unpadded-float32le") == "AACAf____38");
    CHECK(respelled(infinite, "base64-float32le", "numbers") ==
          "the facen holds a value that is not finite");
    CHECK(respelled("AHw=", "base64-float16le", "base64-float32le") ==
          "the facen holds a value that is not finite");
}

TEST_CASE("the style of slashes is kept in standard base64") {
    CHECK(respelled(R"(\/\/9\/PwAAAAA=)", "base64-float32le", "base64-unpadded-float32le") ==
          R"(\/\/9\/PwAAAAA)");
    CHECK(respelled("?", "base64-float32le", "numbers") == "the facen is not base64");
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/printable.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("printable keeps text of any script as it is") {
    CHECK(printable("ffsec_лица_顔_😀") == "ffsec_лица_顔_😀");
}

TEST_CASE("printable writes out what would steer a terminal") {
    CHECK(printable("\x1b[2J") == "\\x1b[2J");
    CHECK(printable("a\nb\tc\x7f") == "a\\x0ab\\x09c\\x7f");
    CHECK(printable(std::string("\xE2\x80") + "\xAEx") == "\\u{202e}x");
    CHECK(printable("\xC2\x9B") == "\\u{009b}");
}

TEST_CASE("printable writes out bytes that are not UTF-8") {
    CHECK(printable("a\xFF") == "a\\xff");
    CHECK(printable("\xC0\xAF") == "\\xc0\\xaf");
    CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");
    CHECK(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    CHECK(printable("\xE2\x82") == "\\xe2\\x82");
}

TEST_CASE("UTF-8 is told from other bytes") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
    for (const char* text : {"\x80", "\xC1\x81", "\xE0\x80\x80", "\xED\xBF\xBF", "\xF5\x80\x80\x80",
                             "\xF0\x80\x80\x80", "ab\xE2\x82"}) {
        CHECK_FALSE(is_utf8(text));
    }
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "strict_json.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

std::string mistake(std::string_view text) {
    const auto parsed = parse_strict_json(text, 3);
    REQUIRE_FALSE(parsed);
    return parsed.error().text;
}

TEST_CASE("our own JSON is read as it stands") {
    const auto parsed = parse_strict_json(
        R"({"a": [1, -2, 0.5, true, null, "x\u0000y"], "b": {"c": 18446744073709551615}})", 3);
    REQUIRE(parsed);
    CHECK(parsed->dump() ==
          R"({"a":[1,-2,0.5,true,null,"x\u0000y"],"b":{"c":18446744073709551615}})");
}

TEST_CASE("a key that stands twice in an object is refused, in another object it is not") {
    CHECK(mistake(R"({"a": 1, "a": 2})") == "names the key a twice");
    CHECK(mistake(R"({"o": {"a": 1, "b": 2, "a": 1}})") == "names the key a twice");
    CHECK(mistake(R"({"a": 1, "\u0061": 2})") == "names the key a twice");
    CHECK(parse_strict_json(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})", 3));
}

TEST_CASE("nesting is bounded before it is followed") {
    CHECK(parse_strict_json("[[[]]]", 3));
    CHECK(mistake("[[[[]]]]") == "is nested deeper than 3 levels");
    CHECK(mistake(std::string(5'000'000, '[')) == "is nested deeper than 3 levels");
}

TEST_CASE("what is not JSON is refused without quoting it") {
    for (const char* text : {"", "{", "secret", "{\"a\": secret}", "{} {}", "[1,]", "{\"a\" 1}",
                             "[01]", "[NaN]", "\"\xFF\"", "\"\xED\xA0\x80\"", "[1e400]"}) {
        INFO(text);
        CHECK(mistake(text) == "is not JSON");
    }
    CHECK(mistake("\xEF\xBB\xBF{}") == "begins with a byte order mark");
    CHECK(parse_strict_json("[1, x]", 3).error().offset == 4);
}

TEST_CASE("a line of JSON holds nothing that ends a line elsewhere") {
    const nlohmann::ordered_json value =
        "a\xE2\x80\xA8"
        "b\xE2\x80\xA9"
        "c\xC2\x85"
        "d\n\r\x0B\x0C\x1C"
        "\xE2\x80\xA7\xC2\x86";
    CHECK(json_line(value) ==
          "\"a\\u2028b\\u2029c\\u0085d\\n\\r\\u000b\\f\\u001c\xE2\x80\xA7\xC2\x86\"");
    CHECK(parse_strict_json(json_line(value), 1).value() == nlohmann::json(value));
}

TEST_CASE("text that is not UTF-8 has a spelling in JSON") {
    CHECK(json_text("\xD1\x8F/a") == "\xD1\x8F/a");
    CHECK(json_text("a\xFF") == "a\\xff");
}

}  // namespace
}  // namespace ffdump

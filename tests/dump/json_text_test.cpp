// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace ffdump {
namespace {

TEST_CASE("unescape_json resolves every escape") {
    CHECK(unescape_json("").value().empty());
    CHECK(unescape_json("a/b").value() == "a/b");
    CHECK(unescape_json(R"(\"\\\/\b\f\n\r\t)").value() == "\"\\/\b\f\n\r\t");
    CHECK(unescape_json("x\\u0000y").value() == std::string("x\0y", 3));
    CHECK(unescape_json("\\u0041\\u00e9\\u20AC\\uffff").value() ==
          "A\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBF");
    CHECK(unescape_json("\\ud83d\\ude00\\uDBFF\\uDFFF").value() ==
          "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
    CHECK(unescape_json("\xD0\xB6").value() == "\xD0\xB6");
}

TEST_CASE("unescape_json agrees with another JSON parser on every code unit") {
    for (unsigned unit = 0; unit < 0x10000; ++unit) {
        const std::string escape = fmt::format("\\u{:04x}", unit);
        const Result<std::string> plain = unescape_json(escape);
        const bool is_surrogate = unit >= 0xD800 && unit < 0xE000;
        REQUIRE(plain.has_value() != is_surrogate);
        if (plain) {
            REQUIRE(*plain == nlohmann::json::parse("\"" + escape + "\"").get<std::string>());
        }
    }
}

TEST_CASE("unescape_json refuses broken escapes, lone surrogates and bytes that are not UTF-8") {
    for (const std::string token :
         {"\\", "a\\", "\\x", "\\u", "\\u12", "\\u12g4", "\\ud83d", "\\ud83dx", "\\ud83d\\n",
          "\\ude00", "\\ud83d\\u0041", "\\ud83d\\ud83d", "\xFF", "a\xC3", "\xED\xA0\x80",
          "\xC0\xAF"}) {
        INFO(token);
        const Result<std::string> plain = unescape_json(token);
        REQUIRE_FALSE(plain);
        CHECK(plain.error().reason() == Reason::record_malformed);
    }
}

TEST_CASE("append_json_escaped and unescape_json are inverse for any text") {
    std::string all;
    for (unsigned byte = 0; byte < 128; ++byte) {
        all.push_back(static_cast<char>(byte));
    }
    all += "\xD0\xB6\xE2\x82\xAC\xF0\x9F\x98\x80";
    std::string escaped;
    append_json_escaped(escaped, all);
    CHECK(unescape_json(escaped).value() == all);
    CHECK(nlohmann::json::parse("\"" + escaped + "\"").get<std::string>() == all);
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "value_translation.hpp"

#include "msgpack_sink.hpp"
#include "support/made_msgpack.hpp"
#include "support/test_seed.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// The value in the other notation, or what is in the way and where: "x.0: a bin, ...".
std::string translated(Notation target, const std::string& value) {
    std::string out;
    FieldPath fault;
    const Notation source = target == Notation::json ? Notation::msgpack : Notation::json;
    const auto done = ValueTranslation(target).append(out, value, source, fault);
    if (done) {
        return out;
    }
    CHECK(done.error().reason() == Reason::layout_cannot_carry);
    std::string where;
    for (const std::string& key : fault) {
        where += (where.empty() ? "" : ".") + key;
    }
    return where + ": " + done.error().detail();
}

std::string to_json(const std::string& value) {
    return translated(Notation::json, value);
}
std::string to_msgpack(const std::string& value) {
    return translated(Notation::msgpack, value);
}

TEST_CASE("values go from JSON to the shortest msgpack, and come back as the same text") {
    const std::vector<std::pair<std::string, std::string>> pairs{
        {"null", kMpNil},
        {"true", "\xC3"},
        {"false", "\xC2"},
        {"0", mp_uint(0, 0)},
        {"127", mp_uint(127, 0)},
        {"128", mp_uint(128, 1)},
        {"65536", mp_uint(65'536, 4)},
        {"9007199254740993", mp_uint(9'007'199'254'740'993)},
        {"18446744073709551615", mp_uint(18'446'744'073'709'551'615U)},
        {"-1", "\xFF"},
        {"-33", mp_int(-33, 1)},
        {"-9223372036854775808", mp_int(std::numeric_limits<std::int64_t>::min())},
        {"0.1", mp_float64(0.1)},
        {"-0.0", mp_float64(-0.0)},
        {"100.0", mp_float64(100)},
        {"1e+22", mp_float64(1e22)},
        {"5e-324", mp_float64(5e-324)},
        {R"("")", mp_str("")},
        {R"("a\n\"\\")", mp_str("a\n\"\\")},
        {"\"\xC3\xA9\\u0001\"", mp_str("\xC3\xA9\x01")},
        {"[]", mp_array({})},
        {"{}", mp_map({})},
        {R"({"b":[1,{"a":null}],"a":{}})",
         mp_map({{"b", mp_array({mp_uint(1, 0), mp_map({{"a", kMpNil}})})}, {"a", mp_map({})}})},
        {R"({"a":1,"a":2})", mp_map({{"a", mp_uint(1, 0)}, {"a", mp_uint(2, 0)}})},
    };
    for (const auto& [json, msgpack] : pairs) {
        CAPTURE(json);
        CHECK((to_msgpack(json) == msgpack));
        CHECK(to_json(msgpack) == json);
    }
    std::string items = "[0";
    for (int i = 0; i < 70'000; ++i) {
        items += ",0";
    }
    items += "]";
    CHECK((to_msgpack(items) == "\xDD" + mp_bytes(70'001, 4) + std::string(70'001, '\0')));
    CHECK((to_json(to_msgpack(items)) == items));
}

/// A value of msgpack spelled as convert does, with all that JSON can say.
std::string random_value(std::mt19937_64& random, int depth) {
    const auto number = [&random](std::uint64_t below) { return random() % below; };
    const std::uint64_t bits = random() >> number(64);
    const auto text = [&] {
        std::string plain;
        for (std::uint64_t i = number(40); i > 0; --i) {
            plain += static_cast<char>(number(128));
        }
        return mp_str(plain);
    };
    std::string out;
    StringSink sink{out};
    switch (number(depth == 0 ? 5 : 7)) {
        case 0:
            return std::string(1, "\xC0\xC2\xC3"[number(3)]);
        case 1:
            MsgpackPacker(sink).pack_uint64(bits);
            return out;
        case 2:
            MsgpackPacker(sink).pack_int64(-1 - static_cast<std::int64_t>(bits >> 1U));
            return out;
        case 3: {
            const auto value = std::bit_cast<double>(random());
            return mp_float64(std::isfinite(value) ? value : 0.5);
        }
        case 4:
            return text();
        case 5: {
            std::vector<std::string> items(number(16));
            std::ranges::generate(items, [&] { return random_value(random, depth - 1); });
            return mp_array(items);
        }
        default: {
            out = "\x83";
            for (int i = 0; i < 3; ++i) {
                out += text();
                out += random_value(random, depth - 1);
            }
            return out;
        }
    }
}

TEST_CASE("any value that JSON can say comes back from it as it was") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 2'000; ++i) {
        const std::string value = random_value(random, 3);
        const std::string text = to_json(value);
        CAPTURE(i, text);
        REQUIRE((to_msgpack(text) == value));
    }
}

TEST_CASE("every power of two comes to JSON and back") {
    for (int exponent = -1074; exponent < 1024; ++exponent) {
        const std::string value = mp_float64(std::ldexp(1.0, exponent));
        CAPTURE(exponent);
        CHECK((to_msgpack(to_json(value)) == value));
    }
}

TEST_CASE("other spellings of a value come to the same value") {
    CHECK(
        (to_msgpack(R"( { "\u0061" : [ 1 , 1.50e0 , "\/\ud83d\ude00" ] } )") ==
         mp_map({{"a", mp_array({mp_uint(1, 0), mp_float64(1.5), mp_str("/\xF0\x9F\x98\x80")})}})));
    CHECK((to_msgpack("-0") == mp_float64(-0.0)));
    CHECK((to_msgpack("0.1000000000000000055511151231257827021181583404541015625") ==
           mp_float64(0.1)));
    CHECK(to_json(mp_uint(1, 8)) == "1");
    CHECK(to_json(mp_int(1, 2)) == "1");
    CHECK(to_json(mp_int(-1, 8)) == "-1");
    CHECK(to_json(mp_float32(0.1F)) == "0.10000000149011612");
    CHECK(to_json(mp_str("a", 4)) == R"("a")");
    CHECK(to_json(mp_array({kMpNil}, 4)) == "[null]");
    CHECK(to_json(mp_map({{"a", kMpNil}}, 2)) == R"({"a":null})");
    CHECK(to_json("\x81" + mp_bin("a") + kMpNil) == R"({"a":null})");
}

TEST_CASE("what JSON cannot say is named with the way to it") {
    const std::string deep = mp_array({mp_uint(1, 0), mp_ext(1, "x")});
    CHECK(to_json(mp_bin("a")) == ": a bin, which JSON has not");
    CHECK(to_json(mp_map({{"a", kMpNil}, {"b", deep}})) == "b.1: an ext, which JSON has not");
    CHECK(to_json(mp_array({mp_str("\xFF")})) ==
          "0: a text that is not UTF-8, which a text of JSON is");
    CHECK(to_json(mp_map({{"\xFF", kMpNil}})) ==
          ": a text that is not UTF-8, which a text of JSON is");
    CHECK(to_json("\x81" + mp_uint(1, 0) + kMpNil) ==
          ": a key that is no text, as all of JSON are");
    CHECK(to_json("\x81" + mp_float64(1) + kMpNil) ==
          ": a key that is no text, as all of JSON are");
    CHECK(to_json("\x81" + mp_ext(1, "x") + kMpNil) ==
          ": a key that is no text, as all of JSON are");
    CHECK(to_json("\x81" + mp_array({}) + kMpNil) == ": a key that is no text, as all of JSON are");
    for (const double value :
         {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
          std::numeric_limits<double>::quiet_NaN()}) {
        CHECK(to_json(mp_float64(value)) == ": a float that is not finite, which JSON has not");
        CHECK(to_json(mp_float32(static_cast<float>(value))) ==
              ": a float that is not finite, which JSON has not");
    }
}

TEST_CASE("what msgpack cannot say is named with the way to it") {
    const std::string large = "an integer beyond the 64 bits of msgpack";
    CHECK(to_msgpack("18446744073709551616") == ": " + large);
    CHECK(to_msgpack(R"({"a":[1,-9223372036854775809]})") == "a.1: " + large);
    const std::string digits = "a number with more digits than the float64 of msgpack has";
    CHECK(to_msgpack(R"({"a":{"b":1,"c":0.12345678901234567891}})") == "a.c: " + digits);
    CHECK(to_msgpack("1e-400") == ": " + digits);
    CHECK(to_msgpack("[[],1e400]") == "1: a number beyond the float64 of msgpack");
    const std::string text = "a text that is not UTF-8, which a str of msgpack is";
    CHECK(to_msgpack("{\"a\":\"\xFF\"}") == "a: " + text);
    CHECK(to_msgpack(R"({"a":1,"b":{"c":2,"\ud800":1}})") == "b: " + text);
}

TEST_CASE("keys are translated, and copied where the notation stays") {
    const auto key = [](Notation target, const std::string& from, Notation source) {
        std::string out;
        const auto done = ValueTranslation(target).append_key(out, from, source);
        return done ? out : done.error().detail();
    };
    CHECK(key(Notation::json, mp_str("a\"", 4), Notation::msgpack) == R"(a\")");
    CHECK(key(Notation::json, mp_uint(1, 0), Notation::msgpack) == "its key is no text of UTF-8");
    CHECK(key(Notation::json, R"(\u0061)", Notation::json) == R"(\u0061)");
    CHECK((key(Notation::msgpack, R"(\u0061)", Notation::json) == mp_str("a")));
    CHECK((key(Notation::msgpack, mp_bin("a"), Notation::msgpack) == mp_bin("a")));
    CHECK(key(Notation::msgpack, R"(\ud800)", Notation::json) == "its key is no text of UTF-8");
}

}  // namespace
}  // namespace ffdump

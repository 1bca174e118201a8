// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/msgpack_token.hpp"

#include "support/made_msgpack.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace ffdump;

namespace {

std::vector<std::string> one_of_each() {
    std::vector<std::string> all{mp_uint(5, 0),
                                 mp_uint(5, 1),
                                 mp_uint(5, 2),
                                 mp_uint(5, 4),
                                 mp_uint(5, 8),
                                 mp_int(-5, 1),
                                 mp_int(-5, 2),
                                 mp_int(-5, 4),
                                 mp_int(-5, 8),
                                 "\xFF",
                                 "\xC0",
                                 "\xC2",
                                 "\xC3",
                                 mp_float32(0.5F),
                                 mp_float64(0.5),
                                 mp_str(""),
                                 mp_str("abc"),
                                 mp_str("abc", 1),
                                 mp_str("abc", 2),
                                 mp_str("abc", 4),
                                 mp_bin("abc", 1),
                                 mp_bin("abc", 2),
                                 mp_bin("abc", 4),
                                 mp_ext(1, ""),
                                 mp_ext(1, "abc"),
                                 "\xC8" + mp_bytes(3, 2) + "\x01" + "abc",
                                 "\xC9" + mp_bytes(3, 4) + "\x01" + "abc"};
    for (const auto& [first, size] :
         {std::pair{0xD4, 1}, {0xD5, 2}, {0xD6, 4}, {0xD7, 8}, {0xD8, 16}}) {
        all.push_back(std::string(1, static_cast<char>(first)) + "\x07" +
                      std::string(static_cast<std::size_t>(size), 'x'));
    }
    const std::vector<std::string> scalars = all;
    for (const std::size_t width : {0U, 2U, 4U}) {
        all.push_back(mp_array({}, width));
        all.push_back(mp_array({scalars[4], scalars[16], mp_array({scalars[0]})}, width));
        all.push_back(mp_map({{"a", scalars[4]}, {"b", mp_map({{"c", scalars[20]}})}}, width));
    }
    return all;
}

}  // namespace

TEST_CASE("a value of any type ends where it ends, and nowhere before") {
    for (const std::string& value : one_of_each()) {
        CAPTURE(value);
        const MsgpackEnd whole = msgpack_end(value + "rest");
        CHECK(whole.kind == MsgpackEnd::Kind::found);
        CHECK(whole.at == value.size());
        for (std::size_t length = 0; length < value.size(); ++length) {
            CAPTURE(length);
            CHECK(msgpack_end(value.substr(0, length)).kind == MsgpackEnd::Kind::incomplete);
        }
    }
    CHECK(msgpack_end("\xC1").kind == MsgpackEnd::Kind::malformed);
    CHECK(msgpack_end(mp_array({"\xC1"})).kind == MsgpackEnd::Kind::malformed);
}

TEST_CASE("sizes that are claimed cost nothing") {
    for (const std::string& bomb :
         {std::string("\xDD\xFF\xFF\xFF\xFF\x01"), std::string("\xDF\xFF\xFF\xFF\xFF\x01"),
          std::string("\xDB\xFF\xFF\xFF\xFF\x01"), std::string("\xC9\xFF\xFF\xFF\xFF\x01"),
          std::string(1'000'000, '\x91')}) {
        CHECK(msgpack_end(bomb).kind == MsgpackEnd::Kind::incomplete);
    }
}

TEST_CASE("numbers are read in any width and written as wide as the old one where they fit") {
    constexpr std::uint64_t kMost = ~0ULL;
    CHECK(msgpack_number(mp_uint(kMost)) == kMost);
    CHECK(msgpack_number(mp_int(7, 4)) == 7);
    CHECK(msgpack_number("\x7F") == 127);
    CHECK_FALSE(msgpack_number("\xFF"));
    CHECK_FALSE(msgpack_number(mp_int(-1, 8)));
    CHECK_FALSE(msgpack_number(mp_float64(7)));
    CHECK_FALSE(msgpack_number(mp_uint(1, 4) + "x"));
    const auto written = [](std::uint64_t number, const std::string& old) {
        std::string out;
        append_msgpack_number(out, number, old);
        return out;
    };
    CHECK(written(5, mp_uint(1, 4)) == mp_uint(5, 4));
    CHECK(written(5, mp_uint(1, 0)) == mp_uint(5, 0));
    CHECK(written(200, mp_uint(1, 0)) == mp_uint(200, 1));
    CHECK(written(70'000, mp_uint(1, 1)) == mp_uint(70'000, 4));
    CHECK(written(kMost, mp_uint(1, 2)) == mp_uint(kMost, 8));
    CHECK(written(100, mp_int(1, 1)) == mp_int(100, 1));
    CHECK(written(200, mp_int(1, 1)) == mp_uint(200, 1));
}

TEST_CASE("a string keeps its type, and its prefix as short or as wide as it was") {
    const auto written = [](std::string_view payload, const std::string& old) {
        std::string out;
        append_msgpack_bytes(out, payload, old);
        return out;
    };
    const std::string longer(300, 'y');
    const std::string middle(40, 'y');
    CHECK(written("ab", mp_str("x")) == mp_str("ab"));
    CHECK(written(middle, mp_str("x")) == mp_str(middle, 1));
    CHECK(written(longer, mp_str("x")) == mp_str(longer, 2));
    CHECK(written("ab", mp_str(longer)) == mp_str("ab"));
    CHECK(written("ab", mp_str("x", 2)) == mp_str("ab", 2));
    CHECK(written(longer, mp_str("x", 1)) == mp_str(longer, 2));
    CHECK(written("ab", mp_str("x", 4)) == mp_str("ab", 4));
    CHECK(written("ab", mp_bin(longer)) == mp_bin("ab"));
    CHECK(written(longer, mp_bin("x")) == mp_bin(longer, 2));
    CHECK(written("ab", mp_bin("x", 4)) == mp_bin("ab", 4));
    CHECK(written(std::string(70'000, 'y'), mp_bin("x")) == mp_bin(std::string(70'000, 'y'), 4));
}

TEST_CASE("the head of an array keeps its width") {
    CHECK(msgpack_array_head(3, mp_array({})) == mp_array({"", "", ""}));
    CHECK(msgpack_array_head(3, mp_array({}, 2)) == mp_array({"", "", ""}, 2));
    CHECK(msgpack_array_head(3, mp_array({}, 4)) == mp_array({"", "", ""}, 4));
    CHECK_FALSE(msgpack_array_head(16, mp_array({})));
    CHECK_FALSE(msgpack_array_head(65'536, mp_array({}, 2)));
}

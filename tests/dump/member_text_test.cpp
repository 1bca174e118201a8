// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/member_text.hpp"

#include "support/made_msgpack.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>

namespace ffdump {
namespace {

const FieldPath person{"meta", "person"};

std::optional<std::string> of_json(const std::string& value) {
    return member_text(Notation::json,
                       R"({"id":1,"meta":{"a":{"person":"no"},"person" : )" + value + R"(,"z":1}})",
                       person);
}

std::optional<std::string> of_msgpack(const std::string& value) {
    return member_text(Notation::msgpack,
                       mp_map({{"id", mp_uint(1)},
                               {"meta", mp_map({{"a", mp_map({{"person", mp_str("no")}})},
                                                {"person", value},
                                                {"z", mp_uint(1)}})}}),
                       person);
}

}  // namespace

TEST_CASE("a member of a record is a text, a number or nothing") {
    CHECK(of_json(R"("Ann\u0041")") == "AnnA");
    CHECK(of_json("17") == "17");
    CHECK(of_json("-17") == "-17");
    CHECK(of_json("true ") == "true");
    for (const char* const none : {"null", R"("")", "{}", "[1]"}) {
        CHECK_FALSE(of_json(none));
    }
    CHECK_FALSE(member_text(Notation::json, R"({"id":1})", person));
    CHECK_FALSE(member_text(Notation::json, R"({"meta":"x"})", person));
}

TEST_CASE("a member of a msgpack record says what it would in JSON, whatever its type and width") {
    CHECK(of_msgpack(mp_str("AnnA")) == "AnnA");
    CHECK(of_msgpack(mp_str("AnnA", 2)) == "AnnA");
    CHECK(of_msgpack(mp_bin("AnnA")) == "AnnA");
    for (const std::string& number :
         {mp_uint(17, 0), mp_uint(17, 1), mp_uint(17), mp_int(17, 2), mp_float64(17)}) {
        CHECK(of_msgpack(number) == "17");
    }
    CHECK(of_msgpack(mp_uint(~0ULL)) == "18446744073709551615");
    CHECK(of_msgpack(mp_int(-17, 1)) == "-17");
    CHECK(of_msgpack(mp_float32(1.5F)) == "1.5");
    CHECK(of_msgpack("\xC3") == "true");
    CHECK(of_msgpack("\xC2") == "false");
    for (const std::string& none :
         {kMpNil, mp_str(""), mp_bin(""), mp_map({}), mp_array({kMpNil}), mp_ext(1, "12345678")}) {
        CHECK_FALSE(of_msgpack(none));
    }
    const std::string tuple =
        mp_array({mp_uint(1), mp_map({{"person", mp_str("Ann")}}), mp_str("x")});
    CHECK(member_text(Notation::msgpack, tuple, {"1", "person"}) == "Ann");
    CHECK_FALSE(member_text(Notation::msgpack, tuple, person));
}

TEST_CASE(
    "a msgpack record that is cut anywhere has no member beyond the cut and is not read past") {
    const std::string record = mp_map({{"id", mp_uint(1)}, {"person", mp_float64(1.5)}});
    for (std::size_t size = 0; size < record.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(member_text(Notation::msgpack, std::string(record, 0, size), {"person"}));
    }
    CHECK(member_text(Notation::msgpack, record, {"person"}) == "1.5");
}

TEST_CASE("a path to a member is written with dots between keys") {
    CHECK(parse_field_path("meta.person") == person);
    CHECK_FALSE(parse_field_path("meta..person"));
    CHECK_FALSE(parse_field_path(""));
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "member_tree.hpp"

#include "layout_writer.hpp"
#include "member_mover.hpp"
#include "member_opening.hpp"

#include "ffdump/dump/object_members.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

const Profile& lines() {
    static const Profile profile =
        parse_profile(
            "name: own\nversion: 1\ncontainer: json_lines\nrecord: {id: id, facen: f}\n"
            "facen_encoding: base64-float32le\n",
            "own")
            .value();
    return profile;
}

/// The object after its parts went from the places `from` to the places `to`.
std::string moved(const std::string& object, const PartPaths& from, const PartPaths& to) {
    NeutralRecord record;
    REQUIRE(open_members(object, from, record.members));
    if (const auto done = MemberMover(from, to).move(record.members, record.texts); !done) {
        return done.error().detail();
    }
    std::string out;
    REQUIRE(make_layout_writer(lines(), {})->record(out, record));
    out.pop_back();
    return out;
}

TEST_CASE("an object is written as it was when nothing moves") {
    for (const char* const text :
         {"{}", R"({ "id" : 1 , "m" :{ } })", R"({"a\"b":"}","m":{"x":[{"y":1}]}})"}) {
        CHECK(moved(text, {{Part::id, {"m", "x"}}}, {{Part::id, {"m", "x"}}}) == text);
    }
}

TEST_CASE("a member is renamed where it stands when only its key differs") {
    const PartPaths from{{Part::id, {"id"}}, {Part::facen_model, {"m", "x"}}};
    const PartPaths to{{Part::id, {"a.\"b"}}, {Part::facen_model, {"m", "y"}}};
    CHECK(moved(R"({"q":1, "\u0069d" : 2,"m":{ "x":"z"}})", from, to) ==
          R"({"q":1, "a.\"b" : 2,"m":{ "y":"z"}})");
}

TEST_CASE("a member that moves takes the white space of its new place, and empty objects go") {
    const PartPaths flat{{Part::id, {"id"}}, {Part::facen, {"facen"}}};
    const PartPaths deep{{Part::id, {"face", "id"}}, {Part::facen, {"face", "facen"}}};
    const std::string text = R"({"id": 1, "facen": "x", "z": 2})";
    CHECK(moved(text, flat, deep) == R"({"face": {"id": 1,"facen": "x"}, "z": 2})");
    CHECK(moved(R"({"face": {"id": 1, "facen": "x"}, "z": 2})", deep, flat) == text);
    CHECK(moved(R"({"face":{"id":1,"facen":"x","k":3}})", deep, flat) ==
          R"({"id":1,"facen":"x","face":{"k":3}})");
}

TEST_CASE("a record of more members than memory is kept for is refused") {
    const PartPaths parts{{Part::id, {"m", "id"}}};
    const auto object_of = [](std::size_t count) {
        std::string inner;
        for (std::size_t i = 0; i < count; ++i) {
            inner += R"("":0,)";
        }
        return R"({"m":{)" + inner + R"("id":1}})";
    };
    NeutralMembers members;
    CHECK(open_members(object_of(kMostMembers - 2), parts, members));
    const auto opened = open_members(object_of(kMostMembers - 1), parts, members);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().reason() == Reason::layout_cannot_carry);
    CHECK(opened.error().detail() == "it has more than 65536 members");
    // What is not opened passes as it stands.
    CHECK(open_members(object_of(kMostMembers), {}, members));
    CHECK(open_members("[]", parts, members).error().reason() == Reason::record_malformed);
}

TEST_CASE("what is no object is not split") {
    std::vector<JsonMember> members;
    std::string_view blank;
    for (const char* const text : {"", "[]", "{", R"({"a")", R"({"a":)", R"({"a":1)", R"({"a":1}x)",
                                   R"({"a":1,})", R"({"a":,"b":1})", R"({"a" 1})", R"({"a":"x})"}) {
        CAPTURE(text);
        CHECK_FALSE(split_object(text, members, blank));
    }
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "support/made_msgpack.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/suggest_profile.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace ffdump;
using Catch::Matchers::Contains;

namespace {

const std::string facen = mp_bin(std::string(1280, '\x3E'));

Result<Recognition> recognised(const std::string& text, bool whole = true) {
    return recognise(text, whole, shipped_profiles());
}

std::string name_of(const std::string& text, bool whole = true) {
    const auto seen = recognised(text, whole);
    return seen ? seen->profile.name : seen.error().one_line();
}

Profile drafted(const std::string& text) {
    const std::string draft = suggest_profile(text).value();
    INFO(draft);
    CHECK_THAT(draft, !Contains("hush"));
    CHECK_THAT(draft, !Contains(">>"));
    const Profile profile = parse_profile(draft, "draft").value();
    const auto seen = recognise(text, true, std::span(&profile, 1));
    REQUIRE(seen);
    CHECK_THAT(seen->evidence, Contains("2 of 2 records have id and facen"));
    return profile;
}

}  // namespace

TEST_CASE("msgpack is told from JSON and its layouts from each other by content") {
    const std::vector<std::string> maps{mp_record(1, facen, "a"), mp_record(2, facen, "b")};
    const std::vector<std::string> tuples{mp_tuple(1, facen, "a"), mp_tuple(2, facen, "b")};
    CHECK(name_of(maps[0] + maps[1]) == "msgpack-stream");
    CHECK(name_of(mp_array(maps)) == "msgpack-array");
    CHECK(name_of(mp_array(maps, 2)) == "msgpack-array");
    CHECK(name_of(mp_array(maps, 4)) == "msgpack-array");
    CHECK(name_of(tuples[0] + tuples[1]) == "msgpack-tuples");
    CHECK(name_of("\x90") == "msgpack-array");
    CHECK(recognised(maps[0] + maps[1])->evidence ==
          "first byte 0x84, 2 of 2 records have id and facen, 2 facen_model, 2 normalized_id");
}

TEST_CASE("a msgpack file cut by the end of the prefix is recognised wherever it is cut") {
    const std::vector<std::string> maps{mp_record(1, facen, "a"), mp_record(2, facen, "b")};
    const std::string array = mp_array(maps, 4);
    const std::string stream = maps[0] + maps[1];
    for (std::size_t cut = 20; cut < stream.size(); cut += 13) {
        CAPTURE(cut);
        CHECK(name_of(stream.substr(0, cut), false) == "msgpack-stream");
        CHECK(name_of(array.substr(0, cut), false) == "msgpack-array");
    }
    const std::string big = mp_record(1, mp_bin(std::string(kRecognitionBytes, 'x'), 4), "a");
    CHECK(name_of(big.substr(0, kRecognitionBytes), false) == "msgpack-stream");
    CHECK(name_of(mp_array({big}).substr(0, kRecognitionBytes), false) == "msgpack-array");
}

TEST_CASE("an unknown layout of msgpack is shown with keys, types and sizes, never values") {
    const std::string line = name_of(
        mp_map({{"uid", mp_str("hush-id")},
                {"vec", facen},
                {"n", mp_float64(12.5)},
                {"m", mp_map({{"a", mp_array({kMpNil, mp_ext(1, "hush")})}, {"t", "\xC3"}})}}));
    CHECK_THAT(line, Contains("no layout fits: first byte 0x84, 0 of 1 records can be read as "
                              "msgpack-stream (no field id), 0 of 1 records can be read as "
                              "msgpack-tuples"));
    CHECK_THAT(line, Contains("the first record looks like {uid str of 7 bytes, vec bin of 1280 "
                              "bytes, n float64, m {a [0 nil, 1 ext of 4 bytes], t true or "
                              "false}}"));
    CHECK_THAT(line, !Contains("hush"));
}

TEST_CASE("the structure shown of damaged msgpack is bounded") {
    for (const std::string& odd :
         {std::string("\x84"), std::string("\x84\xC1"), std::string("\xDF\xFF\xFF\xFF\xFF"),
          std::string("\xDD\xFF\xFF\xFF\xFF\xC1"), std::string(100'000, '\x91'),
          std::string(100'000, '\x81'), std::string("\x84\xA2id\x01"),
          "\xDE\xFF\xFF" + std::string(100'000, '\xA0')}) {
        const std::string line = name_of(odd);
        CHECK_THAT(line, Contains("looks like"));
        CHECK(line.size() < 3000);
    }
}

TEST_CASE("a draft for msgpack reads the file that it was made from") {
    const auto map = [](std::uint64_t id, const std::string& vector) {
        return mp_map({{"uid", mp_uint(id)},
                       {"vec", vector},
                       {"net-model", mp_str("hush-model")},
                       {"info.x", mp_map({{"norm", mp_str("hush-image")}, {"n", mp_uint(7)}})}});
    };
    for (const auto& [vector, word] :
         {std::pair{facen, std::string("bin-float32le")},
          {mp_facen(Facen(320, 0.1F), "str-float32le"), std::string("str-float32le")},
          {mp_str(std::string(1708, 'Q')), std::string("base64-float32le")},
          {mp_facen(Facen(20, 0.1F), "numbers"), std::string("numbers")}}) {
        for (const bool in_array : {false, true}) {
            const std::vector<std::string> two{map(1, vector), map(2, vector)};
            const Profile profile = drafted(in_array ? mp_array(two) : two[0] + two[1]);
            CHECK(profile.container ==
                  (in_array ? Container::msgpack_array : Container::msgpack_stream));
            CHECK(profile.id == FieldPath{"uid"});
            CHECK(profile.facen == FieldPath{"vec"});
            CHECK(profile.facen_model == FieldPath{"net-model"});
            CHECK(profile.normalized_id == FieldPath{"info.x", "norm"});
            CHECK(profile.facen_encoding.form == FacenEncoding::of(word)->form);
        }
    }
    const Profile tuples = drafted(mp_tuple(1, facen, "hush") + mp_tuple(2, facen, "hush"));
    CHECK(tuples.id == FieldPath{"0"});
    CHECK(tuples.facen == FieldPath{"1"});
    CHECK(tuples.normalized_id == FieldPath{"3", "normalized_id"});
    CHECK_FALSE(suggest_profile("\x84\xA2id"));
}

TEST_CASE("a draft does not take a long text for the facen") {
    const std::string address = mp_str("http://127.0.0.1/" + std::string(107, 'a') + ".png");
    const std::string record =
        mp_map({{"image", address}, {"id", mp_uint(1)}, {"facen", facen}, {"m", mp_map({})}});
    CHECK(drafted(record + record).facen == FieldPath{"facen"});
}

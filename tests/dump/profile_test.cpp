// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/profile.hpp"

#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <string>

using namespace ffdump;

namespace {

const std::string whole_profile =
    "name: own\n"
    "version: 1\n"
    "container: json_array\n"
    "record:\n"
    "  id: face.uid\n"
    "  facen: [face, \"vec.tor\"]\n"
    "facen_encoding: base64-float32le\n";

std::string file_text(const std::string& name) {
    const std::ifstream file(FFDUMP_SOURCE_DIR "/formats/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The error of `whole_profile` with `from` replaced by `to`.
std::string mistake(const std::string& from, const std::string& to) {
    std::string text = whole_profile;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    const auto profile = parse_profile(text, "own.yaml");
    return profile ? "accepted" : profile.error().one_line();
}

}  // namespace

TEST_CASE("the shipped profiles are those of formats/, in the order in which they are tried") {
    const auto& profiles = shipped_profiles();
    REQUIRE(profiles.size() == 9);
    CHECK(profiles[0].name == "json-lines");
    CHECK(profiles[0].container == Container::json_lines);
    CHECK(profiles[1].name == "json-array");
    CHECK(profiles[1].container == Container::json_array);
    CHECK(profiles[2].name == "json-lines-header");
    CHECK(profiles[2].container == Container::json_lines);
    CHECK(profiles[2].gallery_from == GallerySource::header);
    CHECK(profiles[3].name == "json-stream");
    CHECK(profiles[3].container == Container::json_stream);
    CHECK(profiles[4].name == "json-object");
    CHECK(profiles[4].container == Container::json_object);
    CHECK(profiles[4].records == FieldPath{"faces"});
    CHECK(profiles[5].name == "msgpack-stream");
    CHECK(profiles[5].container == Container::msgpack_stream);
    CHECK(profiles[6].name == "msgpack-array");
    CHECK(profiles[6].container == Container::msgpack_array);
    CHECK(profiles[7].name == "msgpack-tuples");
    CHECK(profiles[7].container == Container::msgpack_stream);
    CHECK(profiles[7].normalized_id == FieldPath{"3", "normalized_id"});
    CHECK(profiles[8].name == "json-lines-mixed");
    CHECK(profiles[8].container == Container::json_lines);
    CHECK(profiles[8].gallery == FieldPath{"gallery"});
    for (const Profile& profile : profiles) {
        const bool is_msgpack = notation_of(profile.container) == Notation::msgpack;
        CHECK(profile.facen_encoding.is_binary() == is_msgpack);
        if (profile.name != "msgpack-tuples") {
            CHECK(profile.id == FieldPath{"id"});
            CHECK(profile.facen == FieldPath{"facen"});
            CHECK(profile.facen_model == FieldPath{"facen_model"});
            CHECK(profile.meta == FieldPath{"meta"});
            CHECK(profile.normalized_id == FieldPath{"meta", "normalized_id"});
        }
        CHECK(profile.gallery.empty() == (profile.name != "json-lines-mixed"));
        CHECK_FALSE(profile.title.empty());
        CHECK(profile.sha256 == sha256_hex(file_text(profile.name + ".yaml")));
    }
}

TEST_CASE("a profile is read with its paths, dotted or as lists") {
    const auto profile = parse_profile(whole_profile, "own.yaml");
    REQUIRE(profile);
    CHECK(profile->name == "own");
    CHECK(profile->title == "own");
    CHECK(profile->container == Container::json_array);
    CHECK(profile->id == FieldPath{"face", "uid"});
    CHECK(profile->facen == FieldPath{"face", "vec.tor"});
    CHECK(profile->facen_model.empty());
    CHECK(profile->normalized_id.empty());
    CHECK(profile->sha256 == sha256_hex(whole_profile));
}

TEST_CASE("mistakes of a profile are told with place and the nearest key") {
    const std::string end = " [profile_invalid]";
    CHECK(mistake("container: json_array", "contaner: json_array") ==
          "own.yaml:3:1: unknown key contaner; did you mean container?" + end);
    CHECK(mistake("json_array", "json_lined") ==
          "own.yaml:3:12: container is json_lined, which is not known; did you mean json_lines?" +
              end);
    CHECK(mistake("json_array", "msgpack") ==
          "own.yaml:3:12: container is msgpack, which is not known; one of json_lines, json_array, "
          "json_stream, json_object, msgpack_stream, msgpack_array" +
              end);
    CHECK(mistake("  id: face.uid\n", "  di: face.uid\n") ==
          "own.yaml:5:3: unknown key di; did you mean id?" + end);
    CHECK(mistake("  id: face.uid\n", "") ==
          "own.yaml:5:3: record.id is missing; every record has an id and a facen: say where" +
              end);
    CHECK(mistake("name: own\n", "") == "own.yaml:1:1: name is missing; write name: ..." + end);
    CHECK(mistake("name: own", "name: Own Dump") ==
          "own.yaml:1:7: name is no name of a profile; use small letters, digits and hyphens" +
              end);
    CHECK(mistake("version: 1", "version: 2") ==
          "own.yaml:2:10: version is 2; this program reads profiles of version 1" + end);
    CHECK(mistake("version: 1\n", "") ==
          "own.yaml:1:1: version is missing; write version: ..." + end);
    CHECK(mistake("float32le", "floot32le") ==
          "own.yaml:7:17: facen_encoding is base64-floot32le, which is not known; did you mean "
          "base64-float32le?" +
              end);
    CHECK(mistake("version: 1\n", "version: 1\ngallery_from: record\n") ==
          "own.yaml:3:15: gallery_from is record, which is not known; one of file_name, header" +
              end);
    CHECK(
        mistake("face.uid", "face..uid") ==
        "own.yaml:5:7: record.id is no path of 1 to 8 keys; write it as meta.normalized_id, or as "
        "[meta, \"key.with.dots\"]" +
            end);
    CHECK(mistake("face.uid", "a.b.c.d.e.f.g.h.i").find("is no path of 1 to 8 keys") !=
          std::string::npos);
    CHECK(mistake("face.uid", "a.b.c.d.e.f.g.h") == "accepted");
    CHECK(mistake("face.uid", "[]").find("is no path of 1 to 8 keys") != std::string::npos);
    CHECK(mistake("face.uid", "{a: b}").find("is no path of 1 to 8 keys") != std::string::npos);
    CHECK(mistake("face.uid", "[a, [b]]").find("is no path of 1 to 8 keys") != std::string::npos);
    CHECK(mistake("face.uid", std::string(129, 'x')).find("is no path of") != std::string::npos);
    CHECK(mistake("[face, \"vec.tor\"]", "face.uid.x") ==
          "own.yaml:6:10: record.facen lies where record.id is; give each field its own place" +
              end);
    CHECK(mistake("[face, \"vec.tor\"]", "face.uid\n  meta: meta") ==
          "own.yaml:5:7: record.id lies where record.facen is; give each field its own place" +
              end);
    CHECK(mistake("  id: face.uid\n", "  id: face.uid\n  meta: face\n") == "accepted");
    CHECK(mistake("  id: face.uid\n", "  id: face.uid\n  meta: face.uid\n") != "accepted");
}

TEST_CASE("a profile that is no map, or is hostile, is refused") {
    const auto refused = [](const std::string& text) {
        const auto profile = parse_profile(text, "own.yaml");
        REQUIRE_FALSE(profile);
        CHECK(profile.error().reason() == Reason::profile_invalid);
        CHECK(profile.error().place().file == "own.yaml");
        return profile.error().detail();
    };
    CHECK(refused("") == "the profile is no section of keys");
    CHECK(refused("- a\n") == "the profile is no section of keys");
    CHECK(refused("name: &a x\n") == "an anchor (&) is not allowed here");
    CHECK(refused("name: [a, b]\n") == "name is no line of text");
    CHECK(refused("name: \"a\\eb\"\n") == "name is no line of text");
    CHECK(refused("record: 5\n") == "name is missing");
    CHECK(refused(std::string(100000, ' ')) == "larger than 65536 bytes");
}

TEST_CASE("a profile cut anywhere is read or refused with a place") {
    std::size_t accepted = 0;
    for (std::size_t length = 0; length <= whole_profile.size(); ++length) {
        const auto profile = parse_profile(whole_profile.substr(0, length), "own.yaml");
        accepted += profile ? 1 : 0;
        CHECK((profile || profile.error().place().line > 0));
    }
    CHECK(accepted == 2);  // with and without the last line end
}

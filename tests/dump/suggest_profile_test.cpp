// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/suggest_profile.hpp"

#include "ffdump/dump/profile.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ffdump;
using Catch::Matchers::Contains;

namespace {

const std::string vector_text = std::string(1708, 'Q');

std::string record(int id) {
    return R"({"Face":{"uid":)" + std::to_string(id) + R"(,"vec":")" + vector_text +
           R"("},"net-model":"hush-model","info.x":{"norm":"hush-image","n":77}})";
}

Profile drafted(const std::string& text) {
    const std::string draft = suggest_profile(text).value();
    INFO(draft);
    CHECK_THAT(draft, !Contains("hush"));
    CHECK_THAT(draft, !Contains("QQ"));
    return parse_profile(draft, "draft").value();
}

}  // namespace

TEST_CASE("a draft of a profile reads the file that it was made from") {
    const std::string lines = record(1) + "\n" + record(2) + "\n";
    const std::string array = "[" + record(1) + "," + record(2) + "]";
    const std::string stream = record(1) + record(2);
    const std::string object = R"({"gallery":"g","list":[)" + record(1) + "," + record(2) + "]}";
    for (const std::string& text : {lines, array, stream, object}) {
        const Profile profile = drafted(text);
        CHECK(profile.id == FieldPath{"Face", "uid"});
        CHECK(profile.facen == FieldPath{"Face", "vec"});
        CHECK(profile.facen_model == FieldPath{"net-model"});
        CHECK(profile.normalized_id == FieldPath{"info.x", "norm"});
        CHECK(profile.meta == FieldPath{"info.x"});
        const auto seen = recognise(text, true, std::span(&profile, 1));
        REQUIRE(seen);
        CHECK_THAT(seen->evidence, Contains("2 of 2 records have id and facen, 2 facen_model, 2"));
        // What comes later is not needed.
        CHECK(drafted(text.substr(0, text.size() - record(2).size() + 5)).container ==
              profile.container);
    }
    CHECK(drafted(lines).container == Container::json_lines);
    CHECK(drafted(array).container == Container::json_array);
    CHECK(drafted(stream).container == Container::json_stream);
    CHECK(drafted(object).container == Container::json_object);
    CHECK(drafted(object).records == FieldPath{"list"});
}

TEST_CASE("a draft tells how the facen is spelled") {
    std::string numbers = "[0.25";
    for (int i = 0; i < 40; ++i) {
        numbers += ",-1e-3";
    }
    const auto encoding = [](const std::string& facen) {
        return parse_profile(suggest_profile("{\"id\":1,\"v\":" + facen + "}").value(), "draft")
            .value()
            .facen_encoding;
    };
    CHECK(encoding(numbers + "]") == FacenEncoding::of("numbers"));
    CHECK(encoding('"' + vector_text + "-_\"") ==
          FacenEncoding::of("base64url-unpadded-float32le"));
    CHECK(encoding('"' + vector_text + "A=\"") == FacenEncoding::of("base64-unpadded-float32le"));
}

TEST_CASE("a draft says what it could not guess, and nothing is drafted from no JSON") {
    const std::string draft = suggest_profile("{\"a\\u001b[31m\":[1,2],\"b\":null}\n").value();
    CHECK_THAT(draft, Contains("# id: no whole number was found"));
    CHECK_THAT(draft, Contains("# facen: neither"));
    CHECK_THAT(draft, Contains("#   b: null"));
    CHECK_THAT(draft, !Contains("\x1b"));
    CHECK_FALSE(parse_profile(draft, "draft"));
    for (const std::string text : {"", "x", "{", "[", "[1]", "{\"a\":[{]}", "{\"a\" 1}"}) {
        INFO(text);
        CHECK_FALSE(suggest_profile(text).has_value());
    }
}

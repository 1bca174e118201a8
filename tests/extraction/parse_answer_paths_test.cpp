// SPDX-License-Identifier: Apache-2.0
#include "answer_builder.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

const Facen unit_facen{0.6F, -0.8F};

Result<std::vector<ExtractedFacen>> parse(const std::string& vector, const std::string& object) {
    ExtractionTarget target;
    target.api = ApiVersion::v2;
    target.objects = "objects.face";
    target.vector = vector;
    return parse_answer(target, answer_of(R"({"objects":{"face":[)" + object + "]}}"), 1);
}

/// `{"result":"..."}` with a facen.
std::string result_of(const Facen& facen) {
    return R"({"result":")" + facen_text(facen) + "\"}";
}

Reason no_objects_reason(const std::string& item) {
    ExtractionTarget target;
    target.objects = "objects.face";
    const auto facens = parse_answer(target, answer_of(item), 1);
    return facens ? facens->front().error().reason() : facens.error().reason();
}

TEST_CASE("a v2 answer is read by dotted paths") {
    const std::string object = R"({"bbox":{},"face_emben":)" + result_of(unit_facen) + "}";
    CHECK(parse("face_emben.result", object).value().front().value() == unit_facen);
}

TEST_CASE("a vector path may start at any depth, through lists as well") {
    for (const std::string& object :
         {R"({"face_emben":)" + result_of(unit_facen) + "}",
          R"({"attributes":{"face_emben":)" + result_of(unit_facen) + "}}",
          R"({"a":[1,[{"b":{"face_emben":)" + result_of(unit_facen) + R"(,"c":7}}]]})"}) {
        INFO(object);
        CHECK(parse("**.face_emben.result", object).value().front().value() == unit_facen);
    }
}

TEST_CASE("a vector path that fits at two places with one value takes it") {
    const std::string object =
        R"({"a":)" + result_of(unit_facen) + R"(,"b":)" + result_of(unit_facen) + "}";
    CHECK(parse("**.result", object).value().front().value() == unit_facen);
}

TEST_CASE("a vector path that fits at two places with two values is refused") {
    const std::string object =
        R"({"face_emben":)" + result_of(unit_facen) + R"(,"body_emben":)" + result_of({1.0F}) + "}";
    const auto facens = parse("**.result", object);
    REQUIRE_FALSE(facens);
    CHECK(facens.error().reason() == Reason::answer_malformed);
    CHECK(facens.error().detail() == "the answer has different values at 'result'");
}

TEST_CASE("a vector path that fits nowhere fails the image and names the path") {
    for (const std::string path : {"face_emben.result", "**.face_emben.result", "result.x"}) {
        const auto facens = parse(path, R"({"face_emben":{"score":1},"result":"x"})");
        REQUIRE(facens);
        REQUIRE_FALSE(facens->front());
        CHECK(facens->front().error().reason() == Reason::facen_invalid);
        CHECK(facens->front().error().detail() == "the answer has no facen at '" + path + "'");
    }
}

TEST_CASE("objects that are not there below their parent are no objects") {
    CHECK(no_objects_reason(R"({"objects":{}})") == Reason::no_face);
    CHECK(no_objects_reason(R"({"objects":{"body":[{}]}})") == Reason::no_face);
    CHECK(no_objects_reason(R"({"objects":null})") == Reason::no_face);
    CHECK(no_objects_reason(R"({"objects":{"face":[]}})") == Reason::no_face);
    CHECK(no_objects_reason(R"({"faces":[]})") == Reason::answer_malformed);
}

}  // namespace
}  // namespace ffdump

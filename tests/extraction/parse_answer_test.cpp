// SPDX-License-Identifier: Apache-2.0
#include "answer_builder.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

namespace ffdump {
namespace {

const Facen unit_facen{0.6F, -0.8F};

Result<std::vector<ExtractedFacen>> parse(const std::string& body, std::size_t count = 1) {
    return parse_answer({}, body, count);
}

/// The only image's error.
Error error_of(const std::string& item) {
    const auto facens = parse(answer_of(item));
    INFO(item);
    REQUIRE(facens);
    REQUIRE(facens->size() == 1);
    REQUIRE_FALSE(facens->front());
    return facens->front().error();
}

void check_malformed(const std::string& body, std::size_t count = 1) {
    const auto facens = parse(body, count);
    INFO(body.substr(0, 200));
    REQUIRE_FALSE(facens);
    CHECK(facens.error().reason() == Reason::answer_malformed);
}

TEST_CASE("an answer gives each image its facen, in order") {
    const auto facens = parse(
        answer_of(face_item(unit_facen) + "," + face_item({1.0F}) + "," + face_item({-1.0F})), 3);
    REQUIRE(facens);
    CHECK(facens->at(0).value() == unit_facen);
    CHECK(facens->at(1).value() == Facen{1.0F});
    CHECK(facens->at(2).value() == Facen{-1.0F});
}

TEST_CASE("an answer may say response, as the vendor's prose does") {
    const auto facens = parse(R"({"response":[)" + face_item(unit_facen) + "]}");
    REQUIRE(facens);
    CHECK(facens->front().value() == unit_facen);
}

TEST_CASE("an answer may hold fields nobody asked for, and escaped slashes") {
    const std::string item =
        R"({"faces":[{"facen":"AAD\/fw==","x":[1,{"y":null}]}],"timings":{"a":1.5}})";
    const auto facens = parse(R"({"a":{},"responses":[)" + item + R"(],"b":[]})");
    REQUIRE(facens);
    REQUIRE(facens->front());
    CHECK(facens->front()->size() == 1);
}

TEST_CASE("an error of one image fails that image only, with the service's words") {
    const auto facens = parse(
        answer_of(face_item(unit_facen) +
                  R"(,{"error":{"code":"IMAGE_DECODING_FAILED","desc":"Failed to decode: x"}},)" +
                  face_item(unit_facen)),
        3);
    REQUIRE(facens);
    CHECK(facens->at(0).has_value());
    CHECK(facens->at(2).has_value());
    REQUIRE_FALSE(facens->at(1));
    CHECK(facens->at(1).error().reason() == Reason::image_undecodable);
    CHECK(facens->at(1).error().detail() ==
          "extraction-api says IMAGE_DECODING_FAILED: Failed to decode: x");
}

TEST_CASE("errors of other codes and shapes are rejections") {
    CHECK(error_of(R"({"error":{"code":"NO_LICENCE","desc":"none"}})").detail() ==
          "extraction-api says NO_LICENCE: none");
    CHECK(error_of(R"({"error":{"code":"X"}})").detail() == "extraction-api says X");
    CHECK(error_of(R"({"error":{"desc":"d"}})").detail() == "extraction-api says d");
    CHECK(error_of(R"({"error":"text"})").detail() == "extraction-api says text");
    for (const std::string error : {"{}", "7", "true", "[]", R"({"code":7})", "\"\""}) {
        const Error read = error_of(R"({"error":)" + error + R"(,"faces":[]})");
        CHECK(read.reason() == Reason::extraction_rejected);
        CHECK(read.detail() == "extraction-api says no more than \"error\"");
    }
}

TEST_CASE("an error that is null is none") {
    const auto facens =
        parse(answer_of(R"({"error":null,"faces":[{"facen":")" + facen_text(unit_facen) + "\"}]}"));
    REQUIRE(facens);
    CHECK(facens->front().value() == unit_facen);
}

TEST_CASE("the service's words are made safe for a terminal and cut") {
    const Error hostile = error_of(R"({"error":{"code":"A\u001b[2J","desc":"b\nc\u202ed"}})");
    CHECK(hostile.detail() == "extraction-api says A\\x1b[2J: b\\x0ac\\u{202e}d");
    const Error endless =
        error_of(R"({"error":{"code":"A","desc":")" + std::string(100000, 'd') + "\"}}");
    CHECK(endless.detail() == "extraction-api says A: " + std::string(200, 'd') + "...");
    std::string umlauts;
    for (int i = 0; i < 200; ++i) {
        umlauts += "d\xC3\xA4";
    }
    const Error whole = error_of(R"({"error":{"desc":")" + umlauts + "\"}}");
    CHECK(whole.detail().find("\\x") == std::string::npos);
}

TEST_CASE("an image without a face or with several has no facen") {
    const std::string face = R"({"facen":")" + facen_text(unit_facen) + "\"}";
    for (const std::string item : {R"({"faces":[]})", R"({"faces":null})", "{}"}) {
        CHECK(error_of(item).reason() == Reason::no_face);
    }
    const Error several = error_of(R"({"faces":[)" + face + "," + face + "]}");
    CHECK(several.reason() == Reason::several_faces);
    CHECK(several.detail() == "extraction-api found 2 objects in the image");
}

TEST_CASE("a facen that is missing or no base64 of floats fails its image") {
    for (const std::string face :
         {"{}", R"({"facen":null})", R"({"facen":[1,2]})", R"({"facen":"AAA"})",
          R"({"facen":"AAAA"})", R"({"facen":"!!!!"})", "7", "null"}) {
        CHECK(error_of(R"({"faces":[)" + face + "]}").reason() == Reason::facen_invalid);
    }
    const Facen huge(kMaxDimension + 1, 0.0F);
    CHECK(error_of(face_item(huge)).reason() == Reason::facen_invalid);
}

TEST_CASE("values of a facen are the caller's to judge") {
    const auto facens = parse(answer_of(face_item({std::numeric_limits<float>::quiet_NaN()}) + "," +
                                        face_item({0.0F, 0.0F})),
                              2);
    REQUIRE(facens);
    CHECK(std::isnan(facens->at(0).value().front()));
    CHECK(facens->at(1).value() == Facen{0.0F, 0.0F});
}

TEST_CASE("an answer for more or fewer images than asked is malformed") {
    const std::string two = face_item(unit_facen) + "," + face_item(unit_facen);
    check_malformed(answer_of(two), 1);
    check_malformed(answer_of(two), 3);
    check_malformed(answer_of(""), 1);
    check_malformed(answer_of(face_item(unit_facen)), 0);
    CHECK(parse(answer_of(""), 0).value().empty());
    CHECK(parse(answer_of(two), 3).error().detail() == "the answer has 2 responses for 3 images");
}

TEST_CASE("an answer that is not the documented JSON is malformed") {
    for (const std::string body : {"",
                                   " ",
                                   "null",
                                   "7",
                                   "[]",
                                   "\"x\"",
                                   "{}",
                                   "<html></html>",
                                   R"({"responses":{}})",
                                   R"({"responses":null})",
                                   R"({"responses":[7]})",
                                   R"({"responses":[null]})",
                                   R"({"responses":[[]]})",
                                   R"({"responses":[{"faces":{}}]})",
                                   R"({"responses":[{"faces":7}]})",
                                   R"({"responses":[{}]} trailing)",
                                   R"({"responses":[{"faces":[NaN]}]})",
                                   R"({"responses":[{"faces":[1e999]}]})",
                                   "\xEF\xBB\xBF{",
                                   "{\"responses\":[{\"x\":\"\xFF\"}]}"}) {
        check_malformed(body);
    }
}

TEST_CASE("an answer of another API version says so, and is not a record without a face") {
    const auto facens = parse(answer_of(R"({"objects":{"face":[{}]}})"));
    REQUIRE_FALSE(facens);
    CHECK(facens.error().reason() == Reason::answer_malformed);
    CHECK(facens.error().detail() == "the answer has no 'faces' for an image");
}

TEST_CASE("an answer with a key twice is malformed, since readers disagree which counts") {
    const std::string item = face_item(unit_facen);
    const std::string facen = R"("facen":")" + facen_text(unit_facen) + "\"";
    check_malformed(R"({"responses":[)" + item + R"(],"responses":[)" + item + "]}");
    check_malformed(R"({"responses":[)" + item + R"(],"response":[)" + item + "]}");
    check_malformed(R"({"responses":[)" + item + R"(],"respons\u0065s":[)" + item + "]}");
    check_malformed(answer_of(R"({"error":null,"error":{"code":"X"}})"));
    check_malformed(answer_of(R"({"faces":[],"faces":[{)" + facen + "}]}"));
    check_malformed(answer_of(R"({"faces":[{)" + facen + "," + facen + "}]}"));
}

TEST_CASE("nesting is read to a bound, and far beyond it is no trouble") {
    const auto nested = [](std::size_t depth) {
        return answer_of(R"({"faces":[],"x":)" + std::string(depth, '[') + std::string(depth, ']') +
                         "}");
    };
    CHECK(parse(nested(50)).has_value());
    check_malformed(nested(64));
    check_malformed(nested(100000));
    check_malformed(std::string(100000, '['));
    std::string objects;
    for (int i = 0; i < 100000; ++i) {
        objects += R"({"a":)";
    }
    check_malformed(objects);
}

TEST_CASE("an answer cut at any length is malformed") {
    const std::string whole = answer_of(face_item(unit_facen) + "," + face_item(unit_facen));
    REQUIRE(parse(whole, 2));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        check_malformed(whole.substr(0, length), 2);
    }
}

TEST_CASE("an answer with any byte changed never gives more or fewer results than images") {
    const std::string whole = answer_of(face_item(unit_facen) + "," + face_item(unit_facen));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string changed = whole;
            changed[at] = static_cast<char>(value);
            const auto facens = parse(changed, 2);
            REQUIRE((!facens || facens->size() == 2));
        }
    }
}

TEST_CASE("a small answer is read the same after a huge one") {
    const std::string huge =
        answer_of(R"({"faces":[],"x":")" + std::string(8U << 20U, 'x') + "\"}");
    CHECK(parse(huge).has_value());
    CHECK(parse(answer_of(face_item(unit_facen))).value().front().value() == unit_facen);
}

}  // namespace
}  // namespace ffdump

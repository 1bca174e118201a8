// SPDX-License-Identifier: Apache-2.0
#include "ffdump/extraction/extractor.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("a v1 request names each image's part, detector and need_facen") {
    CHECK(
        request_json({}, 2) ==
        R"({"requests":[{"image":"multipart:image0","detector":"prenormalized","need_facen":true},)"
        R"({"image":"multipart:image1","detector":"prenormalized","need_facen":true}]})");
}

TEST_CASE("a v2 request names attributes in place of need_facen") {
    ExtractionTarget target;
    target.api = ApiVersion::v2;
    target.detector = "face";
    target.attributes = {"face_emben", "face_age"};
    CHECK(request_json(target, 1) ==
          R"({"requests":[{"image":"multipart:image0","detector":"face",)"
          R"("attributes":["face_emben","face_age"]}]})");
}

TEST_CASE("a request stays JSON whatever the configuration holds") {
    ExtractionTarget target;
    target.detector = "a\"b\xFF";
    CHECK(request_json(target, 1) ==
          "{\"requests\":[{\"image\":\"multipart:image0\",\"detector\":\"a\\\"b\xEF\xBF\xBD\","
          "\"need_facen\":true}]}");
}

}  // namespace
}  // namespace ffdump

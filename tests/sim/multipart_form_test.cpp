// SPDX-License-Identifier: Apache-2.0
#include "multipart_form.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=XX";

std::string part(std::string_view name, std::string_view bytes) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
           std::string(bytes) + "\r\n";
}

}  // namespace

TEST_CASE("parts keep their bytes, names, file names and types") {
    const std::string bytes = std::string("\r\n--X\0\r\n-XX--", 13);
    const std::string body = part("a", bytes) +
                             "--XX\r\ncontent-type: Image/PNG; x=y\r\nCONTENT-DISPOSITION: "
                             "form-data; filename=\"q\\\"uote.png\"; name=b\r\n\r\n\r\n--XX--\r\n";
    const auto parts = parse_multipart(kType, body);
    REQUIRE(parts);
    REQUIRE(parts->size() == 2);
    CHECK(parts->at(0).name == "a");
    CHECK(parts->at(0).bytes == bytes);
    CHECK_FALSE(parts->at(0).file_name);
    CHECK(parts->at(1).name == "b");
    CHECK(parts->at(1).file_name == "q\"uote.png");
    CHECK(parts->at(1).content_type == "image/png");
    CHECK(parts->at(1).bytes.empty());
}

TEST_CASE("the boundary may be quoted") {
    CHECK(parse_multipart("multipart/form-data; charset=x; boundary=\"XX\"",
                          part("a", "1") + "--XX--"));
}

TEST_CASE("a form that is cut anywhere is refused") {
    const std::string body = part("a", "1") + part("b", "22") + "--XX--";
    REQUIRE(parse_multipart(kType, body));
    for (std::size_t size = 0; size < body.size(); ++size) {
        INFO("cut at " << size);
        CHECK_FALSE(parse_multipart(kType, std::string_view(body).substr(0, size)));
    }
}

TEST_CASE("malformed forms are refused with 400") {
    const std::string good = part("a", "1") + "--XX--";
    const std::vector<std::pair<std::string, std::string>> forms{
        {"multipart/form-data", good},
        {"multipart/form-data; boundary=", good},
        {"multipart/form-data; boundary=" + std::string(71, 'X'), good},
        {"multipart/form-data; boundary=YY", good},
        {std::string(kType), "preamble\r\n" + good},
        {std::string(kType), good + "epilogue"},
        {std::string(kType), part("a", "1") + part("a", "2") + "--XX--"},
        {std::string(kType), part("", "1") + "--XX--"},
        {std::string(kType), "--XX\r\n\r\n1\r\n--XX--"},
        {std::string(kType), "--XX\r\nContent-Type: a/b\r\n\r\n1\r\n--XX--"},
        {std::string(kType), "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--XX--"},
        {std::string(kType), "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--XX--"},
        {std::string(kType), "--XX\r\nno colon\r\n\r\n1\r\n--XX--"},
        {std::string(kType), "--XX\n" + good.substr(6)},
    };
    for (const auto& [type, body] : forms) {
        INFO(type << " | " << body);
        const auto parts = parse_multipart(type, body);
        REQUIRE_FALSE(parts);
        CHECK(parts.error().status == 400);
    }
}

}  // namespace ffdump

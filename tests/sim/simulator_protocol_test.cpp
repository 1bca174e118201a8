// SPDX-License-Identifier: Apache-2.0
#include "extraction_dialogue.hpp"
#include "support/simulator.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace ffdump {

namespace {

using nlohmann::json;

/// A form with this `request` and one image part named `sample`.
std::string form(std::string_view request, std::string_view path = "/") {
    return raw_post_multipart(
        path, {{"sample", "f.png", face_png(1)}, {"request", "", std::string(request)}});
}

constexpr std::string_view kGood =
    R"({"requests":[{"image":"multipart:sample","detector":"nnd","need_facen":true}]})";

}  // namespace

TEST_CASE("v1 answers images in their order with unit facens") {
    const Simulator simulator({"--model", "kiwi_320", "--dimension", "320"});
    RawClient client(simulator.port());
    const RawAnswer answer =
        client.ask(v1_request({face_png(1), face_png(2), "junk", uniform_png(), two_face_png(3)}));
    REQUIRE(answer.status == 200);
    CHECK(answer.headers.at("Content-Type") == "application/json");
    CHECK_THAT(answer.headers.at("Server"), Catch::Contains("test double"));
    const json responses = json::parse(answer.body).at("responses");
    REQUIRE(responses.size() == 5);
    const json& face = responses[0].at("faces").at(0);
    CHECK(face.at("bbox") == json{{"left", 0}, {"top", 0}, {"right", 24}, {"bottom", 24}});
    CHECK(face.at("detection_score").is_number());
    const std::vector<float> first = floats_of(face.at("facen").get<std::string>());
    CHECK(first.size() == 320);
    CHECK(length(first) == Approx(1.0).margin(1e-6));
    CHECK(responses[2].at("faces").empty());
    CHECK(responses[2].at("error").at("code") == "IMAGE_DECODING_FAILED");
    CHECK_THAT(responses[2].at("error").at("desc").get<std::string>(),
               Catch::StartsWith("Failed to decode: "));
    CHECK(responses[3] == json{{"faces", json::array()}});
    CHECK(responses[4].at("faces").size() == 2);

    const json turned =
        json::parse(client.ask(v1_request({face_png(2), face_png(1)})).body).at("responses");
    CHECK(turned[1].at("faces") == responses[0].at("faces"));
    CHECK(turned[0].at("faces") == responses[1].at("faces"));
}

TEST_CASE("the vendor's own curl example is understood: any part order, any part name") {
    const Simulator simulator;
    CHECK(RawClient(simulator.port()).ask(form(kGood)).status == 200);
}

TEST_CASE("v1 gives no facen unless it is asked for") {
    const Simulator simulator;
    const RawAnswer answer =
        RawClient(simulator.port()).ask(form(R"({"requests":[{"image":"multipart:sample",
                                     "detector":"face","auto_rotate":false,"need_gender":false,
                                     "roi":{"left":0,"right":9,"top":0,"bottom":9}}],
                                     "include_timings":false})"));
    REQUIRE(answer.status == 200);
    CHECK_FALSE(json::parse(answer.body)["responses"][0]["faces"][0].contains("facen"));
}

TEST_CASE("v2 answers per object type, in the nesting and under the key that are set") {
    const std::string request = form(
        R"({"requests":[{"image":"multipart:sample","detector":"face",
            "attributes":["face_emben"]}],"response_format":"json"})",
        "/v2");
    const Simulator plain;
    const json face = json::parse(RawClient(plain.port()).ask(request).body)
                          .at("responses")
                          .at(0)
                          .at("objects")
                          .at("face")
                          .at(0);
    const std::string facen = face.at("face_emben").at("result").get<std::string>();
    CHECK(floats_of(facen).size() == 480);

    const Simulator nested({"--v2-nesting", "attributes", "--response-key", "response"});
    const json other = json::parse(RawClient(nested.port()).ask(request).body)
                           .at("response")
                           .at(0)
                           .at("objects")
                           .at("face")
                           .at(0);
    CHECK(other.at("attributes").at("face_emben").at("result") == facen);
    CHECK_FALSE(other.contains("face_emben"));
}

TEST_CASE("v2 tells the type of a prenormalized image by its attribute") {
    const Simulator simulator;
    const auto ask = [&](std::string_view element) {
        return RawClient(simulator.port())
            .ask(form(R"({"requests":[{"image":"multipart:sample",)" + std::string(element) + "}]}",
                      "/some/v2/path"));
    };
    const RawAnswer body = ask(R"("detector":"prenormalized","attributes":["body_emben"])");
    REQUIRE(body.status == 200);
    CHECK(json::parse(body.body)["responses"][0]["objects"]["body"][0].contains("body_emben"));
    CHECK(ask(R"("detector":"prenormalized")").status == 400);
    CHECK(ask(R"("detector":"car","attributes":["face_emben"])").status == 400);
    CHECK(ask(R"("detector":"face","attributes":["face_gender"])").status == 400);
    CHECK(ask(R"("detector":"face","attributes":"face_emben")").status == 400);
    CHECK(ask(R"("detector":"face","need_facen":true)").status == 400);
    CHECK(ask(R"("detector":"face")").status == 200);
}

TEST_CASE("what the documented protocol does not have is refused with an error in JSON") {
    const Simulator simulator;
    const auto element = [](std::string_view inside) {
        return form(R"({"requests":[{"image":"multipart:sample","detector":"nnd",)" +
                    std::string(inside) + "}]}");
    };
    const auto parts = [](const std::vector<RawPart>& more) {
        return raw_post_multipart("/", more);
    };
    const std::string good(kGood);
    const RawPart sample{"sample", "f.png", face_png(1)};
    const std::vector<std::pair<int, std::string>> requests{
        {405, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
        {405, "PUT /v2 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
        {415, raw_post("/", "text/plain", good)},
        {415, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
        {400, raw_post("/", "multipart/form-data", good)},
        {400, raw_post("/", "multipart/form-data; boundary=B", "--B\r\nbroken")},
        {400, raw_post("/", "application/json", good)},
        {400, raw_post("/", "application/json", "")},
        {400, form("{\"requests\":[")},
        {400, form("[]")},
        {400, form("{}")},
        {400, form(R"({"requests":[]})")},
        {400, form(R"({"requests":{}})")},
        {400, form(R"({"requests":[7]})")},
        {400, form(R"({"requests":[],"requests":[{"image":"multipart:sample"}]})")},
        {400, form(good.substr(0, good.size() - 1) + R"(,"extra":1})")},
        {400, form(good.substr(0, good.size() - 1) + R"(,"include_timings":true})")},
        {400, form(good.substr(0, good.size() - 1) + R"(,"response_format":"json"})")},
        {400, form(R"({"requests":[{"image":"multipart:sample"}]})")},
        {400, form(R"({"requests":[{"detector":"nnd"}]})")},
        {400, form(R"({"requests":[{"image":"multipart:","detector":"nnd"}]})")},
        {400, form(R"({"requests":[{"image":"sample","detector":"nnd"}]})")},
        {400, form(R"({"requests":[{"image":"multipart:other","detector":"nnd"}]})")},
        {400, form(R"({"requests":[{"image":"multipart:sample","detector":"nndd"}]})")},
        {400, form(R"({"requests":[{"image":"multipart:sample","detector":1}]})")},
        {400, element(R"("need_facen":"true")")},
        {400, element(R"("need_facen":1)")},
        {400, element(R"("need_facens":true)")},
        {400, element(R"("need_facen":true,"need_facen":true)")},
        {400, element(R"("attributes":["face_emben"])")},
        {400, element(R"("need_normalized":true)")},
        {400, element(R"("need_age":true)")},
        {400, element(R"("roi":[0,0,1,1])")},
        {400, element(R"("auto_rotate":0)")},
        {400, parts({sample})},
        {400, parts({sample, {"request", "request.json", good}})},
        {400, parts({sample, {"unused", "u.png", "x"}, {"request", "", good}})},
        {400, parts({{"sample", "", face_png(1)}, {"request", "", good}})},
        {400, form(std::string(100, '[') + std::string(100, ']'))},
    };
    for (const auto& [status, request] : requests) {
        INFO(request.substr(request.size() - std::min<std::size_t>(request.size(), 200)));
        RawClient client(simulator.port());
        const RawAnswer answer = client.ask(request);
        CHECK(answer.status == status);
        CHECK_FALSE(json::parse(answer.body).at("desc").get<std::string>().empty());
        // A refusal is no reason to end the connection: the next request on it is answered.
        CHECK(client.ask(form(kGood)).status == 200);
    }
    for (const json& line : simulator.log("extract")) {
        CHECK(line.contains("error") == (line.at("status") != 200));
    }
}

TEST_CASE("an image by URL is not fetched and fails alone") {
    const Simulator simulator;
    const RawAnswer answer =
        RawClient(simulator.port())
            .ask(raw_post("/", "application/json; charset=utf-8",
                          R"({"requests":[{"image":"http://127.0.0.1:1/a.png","detector":"nnd",
                              "need_facen":true}]})"));
    REQUIRE(answer.status == 200);
    CHECK(json::parse(answer.body)["responses"][0]["error"]["code"] == "IMAGE_FETCH_FAILED");
}

TEST_CASE("a body over the limit gets 413 and the connection ends") {
    const Simulator simulator({"--max-body-bytes", "1000"});
    RawClient client(simulator.port());
    const RawAnswer answer = client.ask(raw_post("/", "application/json", std::string(1001, ' ')));
    CHECK(answer.status == 413);
    CHECK(answer.headers.at("Connection") == "close");
    CHECK(client.receive().end == RawAnswer::End::closed);
    CHECK(simulator.count("refused") == 1);
}

TEST_CASE("an expected 100 is sent before the body, chunked or not") {
    const Simulator simulator;
    RawClient client(simulator.port());
    const std::string whole = form(kGood);
    const std::size_t head = whole.find("\r\n\r\n");
    client.send(whole.substr(0, head) + "\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.receive(false).status == 100);
    CHECK(client.ask(whole.substr(head + 4)).status == 200);

    const std::string body = whole.substr(head + 4);
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=" +
                std::string(kRawBoundary) +
                "\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.receive(false).status == 100);
    std::string chunks;
    for (std::size_t at = 0; at < body.size(); at += 255) {
        const std::string piece = body.substr(at, 255);
        chunks += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    }
    CHECK(client.ask(chunks + "0\r\n\r\n").status == 200);
}

TEST_CASE("the log has one line a request with what was asked") {
    const Simulator simulator({"--model", "kiwi_320"});
    RawClient client(simulator.port());
    REQUIRE(client.ask(v1_request({face_png(1), face_png(2)})).status == 200);
    REQUIRE(client.ask(v1_request({face_png(1)})).status == 200);
    const auto lines = simulator.log();
    REQUIRE(lines.size() == 2);
    const json& line = lines[0];
    CHECK(line.begin().key() == "body_bytes");  // parsed keys are sorted; the file's are not
    CHECK(line.at("test_double") == "ffdump-extraction-sim");
    CHECK(line.at("kind") == "extract");
    CHECK(line.at("n") == 1);
    CHECK(line.at("method") == "POST");
    CHECK(line.at("path") == "/");
    CHECK(line.at("status") == 200);
    CHECK(line.at("fault").get<std::string>().empty());
    CHECK(line.at("images") == 2);
    CHECK(line.at("names") == json{"image0", "image1"});
    CHECK(line.at("sizes") == json{face_png(1).size(), face_png(2).size()});
    CHECK(line.at("sha256").at(0) == lines[1].at("sha256").at(0));
    CHECK(line.at("detector") == "prenormalized");
    CHECK(line.at("model") == "kiwi_320");
    CHECK(line.at("in_flight") == 1);
    CHECK(line.at("connection") == lines[1].at("connection"));
    CHECK(lines[1].at("on_connection") == 2);
    CHECK(lines[1].at("came_us") >= line.at("decided_us"));
    CHECK(simulator.images_extracted() == 3);
}

}  // namespace ffdump

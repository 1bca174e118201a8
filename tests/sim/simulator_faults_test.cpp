// SPDX-License-Identifier: Apache-2.0
#include "extraction_dialogue.hpp"
#include "support/simulator.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <string>
#include <vector>

namespace ffdump {

namespace {

using nlohmann::json;

/// What a double with this fault answers to three images.
RawAnswer answer_under(const std::string& fault, int patience_ms = 20000) {
    const Simulator simulator({"--fault", fault});
    RawAnswer answer = RawClient(simulator.port(), patience_ms)
                           .ask(v1_request({face_png(1), face_png(2), face_png(3)}));
    const auto lines = simulator.log("extract");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].at("fault") == fault);
    return answer;
}

json responses_under(const std::string& fault) {
    const RawAnswer answer = answer_under(fault);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body).at("responses");
}

json good_responses() {
    const Simulator simulator;
    return json::parse(RawClient(simulator.port())
                           .ask(v1_request({face_png(1), face_png(2), face_png(3)}))
                           .body)
        .at("responses");
}

std::vector<float> facen_in(const json& response) {
    return floats_of(response.at("faces").at(0).at("facen").get<std::string>());
}

}  // namespace

TEST_CASE("status faults answer with their status and an error in JSON") {
    for (const int status : {400, 401, 403, 404, 413, 429, 500, 502, 503, 504}) {
        const RawAnswer answer = answer_under(std::to_string(status));
        CHECK(answer.status == status);
        CHECK(json::parse(answer.body).contains("code"));
        CHECK_FALSE(answer.headers.contains("Retry-After"));
    }
    CHECK(answer_under("503:120").headers.at("Retry-After") == "120");
    CHECK(answer_under("429:Wed, 21 Oct 2037 07:28:00 GMT").headers.at("Retry-After") ==
          "Wed, 21 Oct 2037 07:28:00 GMT");
}

TEST_CASE("a reset comes in place of the answer or within its body") {
    const RawAnswer first = answer_under("reset");
    CHECK(first.end == RawAnswer::End::reset);
    CHECK(first.status == 0);
    const RawAnswer within = answer_under("reset-body");
    CHECK(within.end == RawAnswer::End::reset);
    CHECK(within.status == 200);
    CHECK(within.body.size() < std::stoul(within.headers.at("Content-Length")));
}

TEST_CASE("a close comes in place of the answer, a truncated answer ends early") {
    const RawAnswer first = answer_under("close");
    CHECK(first.end == RawAnswer::End::closed);
    CHECK(first.status == 0);
    const RawAnswer cut = answer_under("truncated");
    CHECK(cut.end == RawAnswer::End::closed);
    CHECK(cut.status == 200);
    CHECK_FALSE(cut.body.empty());
    CHECK(cut.body.size() < std::stoul(cut.headers.at("Content-Length")));
}

TEST_CASE("a hang never answers") {
    const RawAnswer answer = answer_under("hang", 200);
    CHECK(answer.end == RawAnswer::End::timed_out);
    CHECK(answer.status == 0);
}

TEST_CASE("a slow body dribbles and is whole in the end") {
    const RawAnswer slow = answer_under("slow-body:50", 300);
    CHECK(slow.status == 200);
    CHECK(slow.body.size() < 300);
    CHECK(json::parse(answer_under("slow-body:0").body).at("responses") == good_responses());
}

TEST_CASE("an empty answer and a malformed one are whole as HTTP") {
    const RawAnswer empty = answer_under("empty");
    CHECK(empty.end == RawAnswer::End::whole);
    CHECK(empty.status == 200);
    CHECK(empty.body.empty());
    const RawAnswer malformed = answer_under("malformed-json");
    CHECK(malformed.end == RawAnswer::End::whole);
    CHECK(malformed.status == 200);
    CHECK(malformed.body.size() > 100);
    CHECK(json::parse(malformed.body, nullptr, false).is_discarded());
}

TEST_CASE("answers go missing, come twice, swap places, move by one or are all the same") {
    const json good = good_responses();
    CHECK(responses_under("missing-response") == json{good[0], good[1]});
    CHECK(responses_under("extra-response") == json{good[0], good[1], good[2], good[2]});
    CHECK(responses_under("swap") == json{good[2], good[1], good[0]});
    CHECK(responses_under("rotate") == json{good[2], good[0], good[1]});
    CHECK(responses_under("same") == json{good[0], good[0], good[0]});
}

TEST_CASE("single facens are wrong in the way that is set, and only they") {
    const json good = good_responses();
    const json nan = responses_under("nan:1");
    CHECK(nan[0] == good[0]);
    CHECK(nan[2] == good[2]);
    CHECK(std::isnan(length(facen_in(nan[1]))));
    CHECK(facen_in(nan[1]).size() == 480);

    CHECK(length(facen_in(responses_under("zero-vector")[2])) == 0.0);
    const std::vector<float> wide = facen_in(responses_under("wrong-dimension:0")[0]);
    CHECK(wide.size() == 481);
    CHECK(length(wide) == Approx(1.0).margin(1e-6));
    CHECK(length(facen_in(responses_under("bad-norm")[0])) == Approx(1.5).margin(1e-5));
    CHECK(facen_in(responses_under("not-base64")[0]).empty());
    CHECK(responses_under("no-face:2")[2].at("faces").empty());
    CHECK(responses_under("two-faces:all")[1].at("faces").size() == 2);
}

TEST_CASE("a facen fault can follow an image through all batches") {
    const Simulator plain;
    REQUIRE(RawClient(plain.port()).ask(v1_request({face_png(2)})).status == 200);
    const std::string digest = plain.log("extract").at(0).at("sha256").at(0);
    const Simulator simulator({"--fault", "no-face:sha256=" + digest.substr(0, 16)});
    RawClient client(simulator.port());
    const auto ask = [&](const std::vector<std::string>& images) {
        return json::parse(client.ask(v1_request(images)).body).at("responses");
    };
    CHECK(ask({face_png(1), face_png(2)})[1].at("faces").empty());
    CHECK(ask({face_png(2)})[0].at("faces").empty());
    CHECK(ask({face_png(1)})[0].at("faces").size() == 1);
    CHECK(simulator.log("extract").at(2).at("fault").get<std::string>().empty());
}

TEST_CASE("another model answers from the request that is set") {
    const Simulator simulator({"--fault", "model:other_480@2"});
    RawClient client(simulator.port());
    const auto facen = [&] {
        return facen_in(json::parse(client.ask(v1_request({face_png(1)})).body)["responses"][0]);
    };
    const std::vector<float> before = facen();
    const std::vector<float> after = facen();
    CHECK(after.size() == before.size());
    CHECK(std::abs(cosine(before, after)) < 0.3);
    CHECK(facen() == after);
    const auto lines = simulator.log("extract");
    CHECK(lines[0].at("model") == "jackfruit_480");
    CHECK(lines[1].at("model") == "other_480");
}

TEST_CASE("a poisoned image spoils its batch, and large batches are refused") {
    const Simulator plain;
    REQUIRE(RawClient(plain.port()).ask(v1_request({face_png(2)})).status == 200);
    const std::string digest = plain.log("extract").at(0).at("sha256").at(0);
    const Simulator simulator({"--poison-sha256", digest, "--reject-over-images", "2"});
    RawClient client(simulator.port());
    CHECK(client.ask(v1_request({face_png(1), face_png(2)})).status == 400);
    CHECK(client.ask(v1_request({face_png(2)})).status == 400);
    CHECK(client.ask(v1_request({face_png(1), face_png(3)})).status == 200);
    CHECK(client.ask(v1_request({face_png(1), face_png(3), face_png(4)})).status == 413);
    const Simulator crashing({"--poison-sha256", digest, "--poison-status", "500"});
    CHECK(RawClient(crashing.port()).ask(v1_request({face_png(1), face_png(2)})).status == 500);
}

TEST_CASE("faults count requests, malformed ones included, and end with their range") {
    const Simulator simulator({"--fault", "500@2-3"});
    RawClient client(simulator.port());
    CHECK(client.ask(raw_post("/", "application/json", "{")).status == 400);
    CHECK(client.ask(v1_request({face_png(1)})).status == 500);
    CHECK(client.ask(raw_post("/", "application/json", "{")).status == 400);
    CHECK(client.ask(v1_request({face_png(1)})).status == 200);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "answer_builder.hpp"
#include "support/scripted_transport.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <catch2/catch.hpp>

#include <optional>

namespace ffdump {
namespace {

using namespace std::chrono_literals;

SharedBytes shared(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
}

/// An extractor over a scripted transport that has been asked for one batch.
struct Scene {
    ScriptedTransport transport;
    SystemClock clock;
    Settings settings;
    std::optional<Result<std::vector<ExtractedFacen>>> facens;
    std::unique_ptr<Extractor> extractor;
    SharedBytes image = shared("image");

    explicit Scene(std::string url = "http://user:secret@api:18666", std::string path = "/",
                   std::size_t images = 1) {
        settings.extraction_urls = {std::move(url)};
        settings.extraction_timeouts = {1s, 2s, 3s, 4s};
        extractor = make_http_extractor(settings, transport, clock, 1);
        ExtractionTarget target;
        target.path = std::move(path);
        extractor->extract(
            target, std::vector<SharedBytes>(images, image),
            [this](Result<std::vector<ExtractedFacen>> result) { facens = std::move(result); });
    }
    [[nodiscard]] const HttpRequest& request() const { return transport.sent.at(0); }
    const Error& answer(int status, std::string body = {}) {
        transport.answer(status, std::move(body));
        return facens.value().error();
    }
};

TEST_CASE("the extractor posts a batch as one multipart request without copying an image") {
    Scene scene("http://api:18666", "/", 3);
    const HttpRequest& request = scene.request();
    CHECK(request.method == HttpMethod::post);
    CHECK(request.url == "http://api:18666/");
    CHECK_FALSE(request.follow_redirects);
    CHECK(request.timeouts.connect == 1s);
    CHECK(request.timeouts.response_header == 2s);
    CHECK(request.timeouts.overall == 3s);
    REQUIRE(request.parts.size() == 4);
    CHECK(request.parts[0].name == "request");
    CHECK(request.parts[0].content_type == "application/json");
    CHECK(request.parts[0].file_name.empty());
    CHECK(*request.parts[0].bytes == request_json({}, 3));
    for (std::size_t i = 0; i < 3; ++i) {
        const HttpPart& part = request.parts[i + 1];
        CHECK(part.name == "image" + std::to_string(i));
        CHECK_FALSE(part.file_name.empty());
        CHECK(part.content_type == "application/octet-stream");
        CHECK(part.bytes.get() == scene.image.get());
    }
}

TEST_CASE("the extractor puts exactly one slash between URL and path") {
    for (const std::string base : {"http://api", "http://api/", "http://api//"}) {
        for (const std::string path : {"", "/", "//"}) {
            CHECK(Scene(base, path).request().url == "http://api/");
        }
        for (const std::string path : {"v2", "/v2", "//v2"}) {
            CHECK(Scene(base, path).request().url == "http://api/v2");
        }
    }
    CHECK(Scene("http://lb/extraction", "/v2").request().url == "http://lb/extraction/v2");
}

TEST_CASE("the extractor bounds the answer by the size of the batch") {
    CHECK(Scene("http://api", "/", 1).request().max_body >= kMaxDimension * 16 / 3);
    CHECK(Scene("http://api", "/", 1).request().max_body < 1U << 20U);
    CHECK(Scene("http://api", "/", 10000).request().max_body == 64U << 20U);
}

TEST_CASE("the extractor hands on the facens of a good answer") {
    Scene scene;
    scene.transport.answer(200, answer_of(face_item({1.0F})));
    REQUIRE(scene.facens.value());
    CHECK(scene.facens.value()->front().value() == Facen{1.0F});
}

TEST_CASE("the extractor tells a rejected batch from a service that refuses or is overloaded") {
    const std::vector<std::pair<int, Reason>> cases = {
        {400, Reason::extraction_rejected}, {413, Reason::extraction_rejected},
        {415, Reason::extraction_rejected}, {422, Reason::extraction_rejected},
        {401, Reason::service_refuses},     {403, Reason::service_refuses},
        {404, Reason::service_refuses},     {405, Reason::service_refuses},
        {429, Reason::service_overloaded},  {500, Reason::service_overloaded},
        {503, Reason::service_overloaded},  {504, Reason::service_overloaded},
        {407, Reason::service_refuses},     {204, Reason::answer_malformed},
        {302, Reason::answer_malformed},    {418, Reason::answer_malformed},
    };
    for (const auto& [status, reason] : cases) {
        Scene scene;
        const Error& error = scene.answer(status, answer_of(face_item({1.0F})));
        CHECK(error.reason() == reason);
        CHECK(error.detail().starts_with("status " + std::to_string(status)));
        CHECK(error.place().url == "http://api:18666/");
        CHECK(error.contexts() == std::vector<std::string>{"extracting facens"});
    }
}

TEST_CASE("the extractor repeats the service's own words, and no others of its body") {
    CHECK(Scene().answer(400, R"({"code":"BAD_PARAM","desc":"no such detector"})").detail() ==
          "status 400, BAD_PARAM: no such detector");
    CHECK(Scene().answer(400, R"({"error":{"code":"BAD","desc":"x\u001b"}})").detail() ==
          "status 400, BAD: x\\x1b");
    CHECK(Scene().answer(500, R"({"facen":"planted"})").detail() == "status 500");
    CHECK(Scene().answer(500, "planted").detail() == "status 500");
}

TEST_CASE("the extractor hands on when to come back") {
    Scene scene;
    HttpAnswer answer;
    answer.status = 503;
    answer.retry_after = 7s;
    scene.transport.answer(std::move(answer));
    CHECK(scene.facens.value().error().retry_after() == 7s);
}

TEST_CASE("the extractor hands on the transport's faults with its own place") {
    Scene scene;
    scene.transport.answer(failed(Reason::connection_lost, "reset"));
    CHECK(scene.facens.value().error().reason() == Reason::connection_lost);
    CHECK(scene.facens.value().error().place().url == "http://api:18666/");
}

TEST_CASE("the extractor refuses an encoded answer, which might be a bomb") {
    Scene scene;
    HttpAnswer answer;
    answer.status = 200;
    answer.body = answer_of(face_item({1.0F}));
    answer.content_encoding = "gzip";
    scene.transport.answer(std::move(answer));
    CHECK(scene.facens.value().error().reason() == Reason::answer_malformed);
}

TEST_CASE("the extractor describes itself without credentials") {
    CHECK(Scene().extractor->describe() == "extraction-api http://api:18666");
}

}  // namespace
}  // namespace ffdump

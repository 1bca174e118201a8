// SPDX-License-Identifier: Apache-2.0
#include "answer_builder.hpp"
#include "support/raw_http_server.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace ffdump {
namespace {

using Facens = Result<std::vector<ExtractedFacen>>;

/// Facens of one batch of `count` images.
Facens extract_by(const Settings& settings, std::size_t count = 1) {
    const auto transport = make_curl_transport({});
    const SystemClock clock;
    const auto extractor = make_http_extractor(settings, *transport, clock, 1);
    std::promise<Facens> promise;
    std::future<Facens> future = promise.get_future();
    extractor->extract({}, std::vector<SharedBytes>(count, std::make_shared<std::string>("image")),
                       [&promise](Facens facens) { promise.set_value(std::move(facens)); });
    return future.get();
}

/// The same from a server that plays `script`.
Facens extract_from(const RawHttpServer::Script& script, std::size_t count = 1) {
    RawHttpServer server(script);
    Settings settings;
    settings.extraction_urls = {server.url("")};
    return extract_by(settings, count);
}

TEST_CASE("a batch goes to a real server and its facens come back") {
    std::string seen;
    const Facens facens = extract_from(
        [&seen](RawConnection& connection) {
            seen = connection.read_request();
            connection.answer(200, answer_of(face_item({1.0F}) + "," + face_item({-1.0F})));
        },
        2);
    REQUIRE(facens);
    CHECK(facens->at(1).value() == Facen{-1.0F});
    CHECK(seen.starts_with("POST / HTTP/1.1\r\n"));
    CHECK(seen.find("name=\"request\"\r\nContent-Type: application/json\r\n\r\n" +
                    request_json({}, 2) + "\r\n") != std::string::npos);
    CHECK(seen.find("name=\"image1\"; filename=\"image1\"") != std::string::npos);
}

TEST_CASE("extraction-api is reached through the proxy that is configured, with its credentials") {
    std::string seen;
    RawHttpServer proxy([&seen](RawConnection& connection) {
        seen = connection.read_request();
        connection.answer(200, answer_of(face_item({1.0F})));
    });
    Settings settings;
    settings.extraction_urls = {"http://api.invalid:18666"};
    settings.extraction_access.proxy = proxy.url("");
    settings.extraction_access.proxy_user = "pu";
    settings.extraction_access.proxy_password = Secret("pp");
    REQUIRE(extract_by(settings));
    CHECK(seen.starts_with("POST http://api.invalid:18666/ HTTP/1.1\r\n"));
    CHECK(seen.find("\r\nProxy-Authorization: Basic cHU6cHA=\r\n") != std::string::npos);
}

TEST_CASE("an answer of 1 GiB is cut at the limit of its batch") {
    const Facens facens = extract_from([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"responses\":[");
        while (connection.send(std::string(65536, ' '))) {
        }
    });
    REQUIRE_FALSE(facens);
    CHECK(facens.error().reason() == Reason::answer_too_large);
}

}  // namespace
}  // namespace ffdump

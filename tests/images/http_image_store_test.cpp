// SPDX-License-Identifier: Apache-2.0
#include "http_image_store.hpp"

#include "image_bytes.hpp"
#include "support/scripted_transport.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

using namespace std::chrono_literals;

/// A store over a scripted transport, and what it said last.
struct Scene {
    ScriptedTransport transport;
    Settings settings;
    std::optional<Result<Image>> image;
    std::unique_ptr<HttpImageStore> store;

    explicit Scene(std::vector<std::string> image_hosts = {}) {
        settings.storage.upload_url = "https://storage/uploads";
        settings.image_hosts = std::move(image_hosts);
        settings.limits.image_bytes = 5000;
        settings.storage_timeouts = {1s, 2s, 3s, 4s};
        make();
        store->fetch("a.png", [this](Result<Image> result) { image = std::move(result); });
    }
    void make() {
        store = std::make_unique<HttpImageStore>(settings.storage.upload_url, settings.image_hosts,
                                                 ImageNames(settings.storage.ids),
                                                 make_reach(settings, settings.storage), transport);
    }
    Error answer(int status, std::string body = {}) {
        transport.answer(status, std::move(body));
        return image.value().error();
    }
    void redirect(const std::string& target, int status = 302) {
        HttpAnswer answer;
        answer.status = status;
        answer.redirect_url = target;
        transport.answer(std::move(answer));
    }
};

TEST_CASE("the HTTP store asks for the image with the storage's limits and time-outs") {
    Scene scene;
    REQUIRE(scene.transport.sent.size() == 1);
    const HttpRequest& request = scene.transport.sent.front();
    CHECK(request.method == HttpMethod::get);
    CHECK(request.url == "https://storage/uploads/a.png");
    CHECK(request.max_body == 5000);
    CHECK_FALSE(request.follow_redirects);
    CHECK(request.timeouts.connect == 1s);
    CHECK(request.timeouts.response_header == 2s);
    CHECK(request.timeouts.overall == 3s);
    scene.transport.answer(200, png_bytes());
    REQUIRE(scene.image.value());
}

TEST_CASE("the HTTP store tells a record's fault from the service's by the status") {
    const std::vector<std::pair<int, Reason>> cases = {
        {404, Reason::image_missing},      {410, Reason::image_missing},
        {401, Reason::service_refuses},    {403, Reason::service_refuses},
        {429, Reason::service_overloaded}, {500, Reason::service_overloaded},
        {502, Reason::service_overloaded}, {503, Reason::service_overloaded},
        {204, Reason::answer_malformed},   {206, Reason::answer_malformed},
        {304, Reason::answer_malformed},   {400, Reason::answer_malformed},
        {418, Reason::answer_malformed},
    };
    for (const auto& [status, reason] : cases) {
        Scene scene;
        const Error error = scene.answer(status, png_bytes());
        CHECK(error.reason() == reason);
        CHECK(error.detail().find(std::to_string(status)) != std::string::npos);
        CHECK(error.place().url == "https://storage/uploads/a.png");
    }
}

TEST_CASE("the HTTP store hands on when to come back") {
    Scene scene;
    HttpAnswer answer;
    answer.status = 503;
    answer.retry_after = 7s;
    scene.transport.answer(std::move(answer));
    CHECK(scene.image.value().error().retry_after() == 7s);
}

TEST_CASE("the HTTP store hands on the transport's faults") {
    Scene scene;
    scene.transport.answer(failed(Reason::connection_lost, "reset"));
    CHECK(scene.image.value().error().reason() == Reason::connection_lost);
}

TEST_CASE("the HTTP store refuses an encoded image, which might be a bomb") {
    Scene scene;
    HttpAnswer answer;
    answer.status = 200;
    answer.body = png_bytes();
    answer.content_encoding = "gzip";
    scene.transport.answer(std::move(answer));
    CHECK(scene.image.value().error().reason() == Reason::answer_malformed);
}

TEST_CASE("the HTTP store follows redirects to its own and to configured origins") {
    Scene scene({"https://mirror:8443"});
    scene.redirect("https://storage/other/a.png", 301);
    scene.redirect("https://mirror:8443/a.png", 307);
    scene.redirect("https://storage/uploads/b.png", 308);
    REQUIRE(scene.transport.sent.size() == 4);
    CHECK(scene.transport.sent[1].url == "https://storage/other/a.png");
    CHECK(scene.transport.sent[2].url == "https://mirror:8443/a.png");
    scene.transport.answer(200, png_bytes());
    REQUIRE(scene.image.value());
}

TEST_CASE("the HTTP store follows no redirect elsewhere, down to http, or a fourth") {
    for (const std::string target : {"https://elsewhere/a.png", "http://storage/a.png",
                                     "https://storage:444/a.png", "file:///etc/passwd", ""}) {
        Scene scene;
        scene.redirect(target);
        CHECK(scene.transport.sent.size() == 1);
        CHECK(scene.image.value().error().reason() == Reason::service_refuses);
    }
    Scene scene;
    for (int i = 0; i < 4; ++i) {
        scene.redirect("https://storage/loop" + std::to_string(i));
    }
    CHECK(scene.transport.sent.size() == 4);
    CHECK(scene.image.value().error().detail() == "more than 3 redirects");
}

TEST_CASE("the HTTP store takes a redirect that adds a slash for a folder's name") {
    Scene scene;
    scene.redirect("https://storage/uploads/a.png/", 301);
    CHECK(scene.image.value().error().reason() == Reason::image_missing);
}

TEST_CASE("the HTTP store sends nothing for an id that is refused") {
    Scene scene;
    scene.store->fetch("../x", [&scene](Result<Image> result) { scene.image = std::move(result); });
    CHECK(scene.image.value().error().reason() == Reason::image_id_invalid);
    CHECK(scene.transport.sent.size() == 1);
}

TEST_CASE("the HTTP store sends credentials and headers to the storage's own origin only") {
    Scene scene({"https://mirror"});
    StorageAccess& access = scene.settings.storage.access;
    access.auth = StorageAuth::basic;
    access.user = "reader";
    access.password = Secret("planted");
    access.headers.emplace_back("X-Token", Secret("planted"));
    access.client_certificate = "client.pem";
    access.proxy = "http://proxy:3128";
    scene.make();
    scene.store->fetch("a.png", [](const Result<Image>&) {});
    scene.store->fetch("https://mirror/a.png", [](const Result<Image>&) {});
    scene.store->fetch("https://storage:443/other/a.png", [](const Result<Image>&) {});
    REQUIRE(scene.transport.sent.size() == 4);
    const HttpAccess& own = *scene.transport.sent[1].access;
    CHECK(own.auth == HttpAuth::basic);
    CHECK(own.user.reveal() == "reader");
    CHECK(own.headers.size() == 1);
    CHECK(own.client_certificate == "client.pem");
    CHECK(own.http2);
    const HttpAccess& foreign = *scene.transport.sent[2].access;
    CHECK(foreign.auth == HttpAuth::none);
    CHECK(foreign.user.empty());
    CHECK(foreign.password.empty());
    CHECK(foreign.headers.empty());
    CHECK(foreign.client_certificate.empty());
    CHECK(foreign.proxy == "http://proxy:3128");
    CHECK(scene.transport.sent[3].access->auth == HttpAuth::basic);
}

TEST_CASE("the HTTP store leaves credentials behind when it follows a redirect elsewhere") {
    Scene scene({"https://mirror"});
    scene.transport.answer(404, "");
    scene.settings.storage.access.auth = StorageAuth::bearer;
    scene.settings.storage.access.password = Secret("planted");
    scene.make();
    scene.store->fetch("a.png", [](const Result<Image>&) {});
    scene.redirect("https://mirror/a.png");
    REQUIRE(scene.transport.sent.size() == 3);
    CHECK(scene.transport.sent[1].access->auth == HttpAuth::bearer);
    CHECK(scene.transport.sent[2].access->auth == HttpAuth::none);
}

TEST_CASE("the HTTP store asks where the rewriting rules lead, whatever host that is") {
    Scene scene;
    scene.settings.storage.ids.rewrite = {{"http://old:3333/", "https://new:3333/"},
                                          {"http://older/uploads/", ""}};
    scene.settings.storage.ids.pattern = "faces/{id}";
    scene.make();
    for (const char* const id :
         {"http://old:3333/uploads//a.png", "http://older/uploads//b.png", "c.png"}) {
        scene.store->fetch(id, [](const Result<Image>&) {});
    }
    REQUIRE(scene.transport.sent.size() == 4);
    CHECK(scene.transport.sent[1].url == "https://new:3333/uploads//a.png");
    CHECK(scene.transport.sent[2].url == "https://storage/uploads/b.png");
    CHECK(scene.transport.sent[3].url == "https://storage/uploads/faces/c.png");
}

TEST_CASE("the HTTP store asks with HEAD whether an image is there") {
    Scene scene;
    std::optional<Result<void>> there;
    scene.store->check("b.png", [&there](Result<void> answer) { there = std::move(answer); });
    CHECK(scene.transport.sent.back().method == HttpMethod::head);
    scene.transport.answer(404, "");
    scene.transport.answer(404, "");
    CHECK(there.value().error().reason() == Reason::image_missing);
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "store_over_network.hpp"
#include "support/made_png.hpp"
#include "support/nginx_server.hpp"
#include "support/raw_http_server.hpp"

#include <catch2/catch.hpp>

#include <mutex>

namespace ffdump {
namespace {

NginxServer& shared_server() {
    static NginxServer server;
    return server;
}

Settings settings_for(const std::string& upload_url) {
    Settings settings;
    settings.storage.upload_url = upload_url;
    return settings;
}

TEST_CASE("images that were put by WebDAV come back over HTTP") {
    const NginxServer& server = shared_server();
    server.put("1_bd321tlt8f66ph0eaflg.png", face_png(1));
    server.put("2018/07/odd%20%2B%28%29%D0%B6%25.png", face_png(2));
    StoreOverNetwork under(settings_for(server.upload_url()));
    CHECK((*under.fetch("1_bd321tlt8f66ph0eaflg.png").value().bytes == face_png(1)));
    CHECK((*under.fetch("2018/07/odd +()\xD0\xB6%.png").value().bytes == face_png(2)));
    CHECK(under.check("1_bd321tlt8f66ph0eaflg.png").has_value());
    CHECK(under.refusal("gone.png") == "image_missing: the storage has no such image (status 404)");
    CHECK(under.check("gone.png").error().reason() == Reason::image_missing);
    CHECK(under.fetch("2018").error().reason() == Reason::image_missing);
}

TEST_CASE("images behind Basic need the right password, and the refusal says what to check") {
    const NginxServer& server = shared_server();
    server.put("a.png", face_png(1));
    Settings settings = settings_for(server.private_url());
    CHECK(StoreOverNetwork(settings).refusal("a.png") == "service_refuses: status 401");
    settings.storage.access.auth = GENERATE(StorageAuth::basic, StorageAuth::any);
    settings.storage.access.user = NginxServer::user();
    settings.storage.access.password = Secret("wrong");
    CHECK(StoreOverNetwork(settings).hint("a.png") ==
          "check normalized_storage.access.auth: kind, user and password or token");
    settings.storage.access.password = Secret(server.password());
    StoreOverNetwork under(settings);
    CHECK(under.fetch("a.png").has_value());
    CHECK(under.check("a.png").has_value());
}

TEST_CASE("images over TLS come by HTTP/2 from a server whose CA is named, and from no other") {
    const NginxServer& server = shared_server();
    server.put("tls.png", face_png(1));
    Settings settings = settings_for(server.tls_url());
    CHECK(StoreOverNetwork(settings).fetch("tls.png").error().reason() == Reason::tls_failed);
    settings.storage.access.ca_file = server.authority().ca();
    CHECK(StoreOverNetwork(settings).refusal("tls.png") == "an image");
    CHECK(server.logs_tls("HTTP/2.0 200 /uploads/tls.png"));
    settings.storage.access.http2 = false;
    CHECK(StoreOverNetwork(settings).refusal("tls.png") == "an image");
    CHECK(server.logs_tls("HTTP/1.1 200 /uploads/tls.png"));
}

TEST_CASE("a client certificate is shown to the server that wants one") {
    const NginxServer& server = shared_server();
    server.put("a.png", face_png(1));
    Settings settings = settings_for(server.client_tls_url());
    StorageAccess& access = settings.storage.access;
    access.ca_file = server.authority().ca();
    CHECK(StoreOverNetwork(settings).fetch("a.png").error().reason() == Reason::answer_malformed);
    access.client_certificate = server.authority().certificate("client");
    access.client_key = server.authority().key("client");
    CHECK(StoreOverNetwork(settings).refusal("a.png") == "an image");
    access.client_key = server.authority().key("server");
    CHECK(StoreOverNetwork(settings).fetch("a.png").error().reason() == Reason::tls_failed);
}

TEST_CASE("redirects of the storage are followed a few times and never for ever") {
    const NginxServer& server = shared_server();
    StoreOverNetwork loop(settings_for(server.origin() + "/loop/"));
    CHECK(loop.refusal("a.png") == "service_refuses: more than 3 redirects");
}

TEST_CASE("images of an old host come from where the rewriting table says") {
    const NginxServer& server = shared_server();
    server.put("2018/x.png", face_png(5));
    Settings settings = settings_for("http://127.0.0.1:1/");
    settings.storage.ids.rewrite = {{"http://old-host:3333/", server.origin() + "/"}};
    StoreOverNetwork under(settings);
    CHECK(under.refusal("http://old-host:3333/uploads//2018/x.png") == "an image");
    CHECK(under.fetch("http://other-host:3333/uploads/2018/x.png").error().reason() ==
          Reason::image_url_not_allowed);
}

/// A forward proxy for http that keeps the first request it gets and answers with an image.
class RecordingProxy {
 public:
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }
    [[nodiscard]] std::string request() const {
        const std::lock_guard lock(mutex_);
        return request_;
    }

 private:
    mutable std::mutex mutex_;
    std::string request_;
    RawHttpServer server_{[this](RawConnection& connection) {
        std::string request = connection.read_request();
        const std::lock_guard lock(mutex_);
        request_ = std::move(request);
        connection.answer(200, face_png(1));
    }};
};

TEST_CASE("a proxy is used when it is configured, with its own credentials") {
    const RecordingProxy proxy;
    Settings settings = settings_for("http://storage.invalid:3333/uploads/");
    settings.storage.access.proxy = proxy.url();
    settings.storage.access.proxy_user = "pu";
    settings.storage.access.proxy_password = Secret("pp");
    CHECK(StoreOverNetwork(settings).refusal("a.png") == "an image");
    CHECK(
        proxy.request().starts_with("GET http://storage.invalid:3333/uploads/a.png HTTP/1.1\r\n"));
    CHECK(proxy.request().find("\r\nProxy-Authorization: Basic cHU6cHA=\r\n") != std::string::npos);
}

/// Answers 401 with `challenge` to a request without Authorization, else with an image.
class ChallengingServer {
 public:
    explicit ChallengingServer(std::string challenge) : challenge_(std::move(challenge)) {}
    [[nodiscard]] std::string url() const { return server_.url("/"); }
    [[nodiscard]] std::string authorization() const {
        const std::lock_guard lock(mutex_);
        return authorization_;
    }

 private:
    void serve(RawConnection& connection) {
        constexpr std::string_view kName = "\r\nAuthorization: ";
        for (std::string request = connection.read_request(); !request.empty();
             request = connection.read_request()) {
            const std::size_t at = request.find(kName);
            if (at == std::string::npos) {
                connection.answer(401, "no", "WWW-Authenticate: " + challenge_ + "\r\n");
                continue;
            }
            const std::lock_guard lock(mutex_);
            const std::size_t start = at + kName.size();
            authorization_ = request.substr(start, request.find("\r\n", start) - start);
            connection.answer(200, face_png(1));
        }
    }

    std::string challenge_;
    mutable std::mutex mutex_;
    std::string authorization_;
    RawHttpServer server_{[this](RawConnection& connection) { serve(connection); }};
};

TEST_CASE("Digest answers the server's challenge without sending the password") {
    const ChallengingServer server(
        R"(Digest realm="faces", qop="auth", nonce="n1", algorithm=MD5)");
    Settings settings = settings_for(server.url());
    settings.storage.access.auth = GENERATE(StorageAuth::digest, StorageAuth::any);
    settings.storage.access.user = "me";
    settings.storage.access.password = Secret("planted");
    CHECK(StoreOverNetwork(settings).refusal("a.png") == "an image");
    CHECK(server.authorization().starts_with("Digest username=\"me\""));
    CHECK(server.authorization().find("planted") == std::string::npos);
}

TEST_CASE("a bearer token is sent with every request") {
    const ChallengingServer server("Bearer");
    Settings settings = settings_for(server.url());
    settings.storage.access.auth = StorageAuth::bearer;
    settings.storage.access.password = Secret("t0ken");
    CHECK(StoreOverNetwork(settings).refusal("a.png") == "an image");
    CHECK(server.authorization() == "Bearer t0ken");
}

}  // namespace
}  // namespace ffdump

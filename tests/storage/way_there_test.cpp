// SPDX-License-Identifier: Apache-2.0
#include "images/image_bytes.hpp"
#include "store_over_network.hpp"
#include "support/nginx_server.hpp"
#include "support/raw_http_server.hpp"
#include "support/s3_server.hpp"
#include "support/sigv4_check.hpp"

#include <catch2/catch.hpp>

#include <mutex>

// What lies between the program and its storage: proxies, and keys that live for a while.

namespace ffdump {
namespace {

/// An HTTP proxy that makes tunnels to a port of this machine and keeps what it was asked.
class TunnelProxy {
 public:
    explicit TunnelProxy(int port, std::string refusal = {})
        : server_([this, port, refusal](RawConnection& connection) {
              {
                  const std::string request = connection.read_request();
                  const std::lock_guard lock(mutex_);
                  asked_ += request;
              }
              if (refusal.empty()) {
                  connection.relay_to(port);
              } else {
                  connection.send(refusal);
              }
          }) {}

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }
    [[nodiscard]] std::string asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

 private:
    std::mutex mutex_;
    std::string asked_;
    RawHttpServer server_;
};

int port_of(const std::string& url) {
    return std::stoi(url.substr(url.rfind(':') + 1));  // up to the path
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Settings behind(const TunnelProxy& proxy, const NginxServer& nginx) {
    Settings settings;
    settings.storage.upload_url = nginx.tls_url();
    settings.storage.access.ca_file = nginx.authority().ca();
    settings.storage.access.proxy = proxy.url();
    return settings;
}

TEST_CASE("a storage over TLS is reached through a proxy, which sees a tunnel and no more") {
    const NginxServer nginx;
    nginx.put("a.png", face_png(1));
    TunnelProxy proxy(port_of(nginx.tls_url()));
    Settings settings = behind(proxy, nginx);
    settings.storage.access.auth = StorageAuth::basic;
    settings.storage.access.user = "reader";
    settings.storage.access.password = Secret("planted-of-storage");
    settings.storage.access.proxy_user = "gate";
    settings.storage.access.proxy_password = Secret("opener");
    settings.storage.access.headers = {{"X-Planted", Secret("planted-header")}};
    StoreOverNetwork under(settings);
    CHECK((*under.fetch("a.png").value().bytes == face_png(1)));
    const std::string host = "127.0.0.1:" + std::to_string(port_of(nginx.tls_url()));
    const std::string asked = proxy.asked();
    CHECK(asked.starts_with("CONNECT " + host + " HTTP/1.1\r\n"));
    CHECK(has(asked, "Proxy-Authorization: Basic Z2F0ZTpvcGVuZXI=\r\n"));  // gate:opener
    CHECK_FALSE(has(asked, "\r\nAuthorization:"));
    CHECK_FALSE(has(asked, "lanted"));
    CHECK_FALSE(has(asked, "a.png"));
}

TEST_CASE("the certificate is checked through a tunnel as well") {
    const NginxServer nginx;
    const NginxServer other;
    nginx.put("a.png", face_png(1));
    const TunnelProxy proxy(port_of(nginx.tls_url()));
    Settings settings = behind(proxy, nginx);
    settings.storage.access.ca_file = other.authority().ca();
    CHECK(StoreOverNetwork(settings).refusal("a.png").starts_with("tls_failed: "));
}

TEST_CASE("a proxy that refuses the tunnel is a fault of the service and never of the image") {
    const NginxServer nginx;
    for (const std::string status : {"403 Forbidden", "407 Proxy Authentication Required",
                                     "404 Not Found", "502 Bad Gateway"}) {
        const TunnelProxy proxy(
            1, "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        const Result<Image> image = StoreOverNetwork(behind(proxy, nginx)).fetch("a.png");
        INFO(status);
        REQUIRE_FALSE(image);
        INFO(image.error().one_line());
        CHECK(image.error().fault() == FaultClass::service);
    }
}

TEST_CASE("a session token goes with every request to S3 and is part of what is signed") {
    std::mutex mutex;
    std::vector<std::string> requests;
    const RawHttpServer server([&](RawConnection& connection) {
        for (std::string request = connection.read_request(); !request.empty();
             request = connection.read_request()) {
            const bool is_head = request.starts_with("HEAD ");
            {
                const std::lock_guard lock(mutex);
                requests.push_back(std::move(request));
            }
            connection.answer(200, is_head ? "" : face_png(1));
        }
    });
    Settings settings;
    settings.storage.type = StorageType::s3;
    S3Settings& s3 = settings.storage.s3;
    s3.endpoint = "127.0.0.1:" + std::to_string(server.port());
    s3.secure = false;
    s3.bucket_name = "faces";
    s3.region = "eu-west-1";
    s3.access_key = Secret(made_key(20));
    s3.secret_access_key = Secret(made_key(40));
    s3.session_token = Secret("IQoJb3JpZ2lu/+=" + made_key(60));
    {
        StoreOverNetwork under(settings);
        CHECK((*under.fetch("2018/a b.png").value().bytes == face_png(1)));
        CHECK(under.check("2018/a b.png").has_value());
        CHECK(under.prepare_checks(100).starts_with("by a request for each of 100"));
    }
    const std::lock_guard lock(mutex);
    REQUIRE(requests.size() == 3);
    for (const std::string& request : requests) {
        const SigV4Check check(request);
        CHECK(check.header("x-amz-security-token") == s3.session_token.reveal());
        CHECK(has(check.signed_headers(), ";x-amz-security-token"));
        CHECK(check.scope() == "eu-west-1/s3/aws4_request");
        CHECK(check.is_signed_by(s3.secret_access_key.reveal()));
        CHECK_FALSE(check.is_signed_by(made_key(40)));
        std::string changed = request;
        changed.replace(changed.find("IQoJ"), 4, "JQoJ");
        CHECK_FALSE(SigV4Check(changed).is_signed_by(s3.secret_access_key.reveal()));
    }
}

}  // namespace
}  // namespace ffdump

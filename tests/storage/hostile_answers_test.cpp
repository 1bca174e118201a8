// SPDX-License-Identifier: Apache-2.0
#include "store_over_network.hpp"
#include "support/made_png.hpp"
#include "support/raw_http_server.hpp"

#include <catch2/catch.hpp>

#include <chrono>

// A storage that answers with what must not be believed.

namespace ffdump {
namespace {

using namespace std::chrono_literals;

/// A storage that plays `script` on each connection after the request was read.
class HostileStorage {
 public:
    explicit HostileStorage(RawHttpServer::Script script)
        : server_([script = std::move(script)](RawConnection& connection) {
              while (!connection.read_request().empty()) {
                  script(connection);
              }
          }) {
        settings.storage.upload_url = server_.url("/uploads/");
    }
    [[nodiscard]] std::string refusal() const {
        return StoreOverNetwork(settings).refusal("a.png");
    }
    [[nodiscard]] int port() const { return server_.port(); }

    Settings settings;

 private:
    RawHttpServer server_;
};

RawHttpServer::Script redirect_to(const std::string& target) {
    return [target](RawConnection& connection) {
        connection.answer(302, "", "Location: " + target + "\r\n");
    };
}

TEST_CASE("a hostile redirect loop ends after three hops") {
    CHECK(HostileStorage(redirect_to("/uploads/b.png")).refusal() ==
          "service_refuses: more than 3 redirects");
}

TEST_CASE("a hostile redirect leads to no file, no other scheme and no other host") {
    for (const std::string target :
         {"file:///etc/passwd", "FILE:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/a",
          "dict://127.0.0.1/", "http://127.0.0.1:1/a.png", "//127.0.0.1:1/a.png"}) {
        INFO(target);
        CHECK(HostileStorage(redirect_to(target)).refusal() ==
              "service_refuses: status 302 redirects to a host that is not configured");
    }
}

TEST_CASE("a hostile body of 10 GiB is cut at the limit, announced or not") {
    const std::string head = GENERATE(std::string("Content-Length: 10737418240\r\n"),
                                      std::string("Connection: close\r\n"));
    HostileStorage storage([&head](RawConnection& connection) {
        const std::string block(1U << 20U, 'x');
        connection.send("HTTP/1.1 200 OK\r\n" + head + "\r\n");
        for (int i = 0; i < 10240 && connection.send(block); ++i) {
        }
    });
    storage.settings.limits.image_bytes = 1U << 20U;
    CHECK(storage.refusal() == "image_too_large: the image is over 1048576 bytes");
}

TEST_CASE("a hostile length is never taken for an image") {
    const std::string image = face_png(1);
    const auto announced = [&image](std::size_t length) {
        return HostileStorage([&image, length](RawConnection& connection) {
                   connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) +
                                   "\r\n\r\n" + image);
                   connection.close();
               })
            .refusal();
    };
    CHECK(announced(image.size()) == "an image");
    CHECK(announced(image.size() + 1)
              .starts_with("connection_lost: the answer is shorter than announced"));
    CHECK(announced(10).starts_with("image_unreadable: the PNG image is cut"));
    CHECK(HostileStorage([](RawConnection& connection) {
              connection.send("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxxxxx");
              connection.close();
          })
              .refusal()
              .starts_with("answer_malformed"));
}

TEST_CASE("hostile chunks are refused") {
    for (const std::string chunks : {"zz\r\nxx\r\n", "5\r\nab", "ffffffffffffffffff\r\nx\r\n"}) {
        INFO(chunks);
        const std::string refusal =
            HostileStorage([&chunks](RawConnection& connection) {
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
                connection.close();
            }).refusal();
        CHECK((refusal.starts_with("answer_malformed") || refusal.starts_with("connection_lost")));
    }
}

TEST_CASE("a hostile body that drips is cut by the overall time-out") {
    HostileStorage storage([](RawConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\x89PNG");
        connection.hang();
    });
    storage.settings.storage_timeouts.overall = 200ms;
    CHECK(storage.refusal().starts_with("request_timed_out"));
}

TEST_CASE("a hostile gzip bomb is not unpacked") {
    const std::string refusal =
        HostileStorage([](RawConnection& connection) {
            connection.answer(200, "\x1F\x8B\x08zzzz", "Content-Encoding: gzip\r\n");
        }).refusal();
    CHECK(refusal ==
          "answer_malformed: the image is sent with a Content-Encoding, which was not asked for");
}

TEST_CASE("a hostile page with status 200 is a fault of the record, not an image") {
    CHECK(HostileStorage([](RawConnection& connection) {
              connection.answer(200, "<!DOCTYPE html><title>Sign in</title>");
          }).refusal() ==
          "image_unreadable: the file is no PNG, JPEG, WEBP or BMP image but an HTML page");
}

}  // namespace
}  // namespace ffdump

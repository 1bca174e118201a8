// SPDX-License-Identifier: Apache-2.0
#include "support/http_waiter.hpp"
#include "support/raw_http_server.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace ffdump {
namespace {

using namespace std::chrono_literals;

void echo_path(RawConnection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
        const std::size_t start = request.find(' ') + 1;
        connection.answer(200, request.substr(start, request.find(' ', start) - start),
                          "Content-Type: text/plain\r\n");
    }
}

std::unique_ptr<HttpTransport> make_limited_transport(std::size_t connections) {
    HttpLimits limits;
    limits.connections_per_host = connections;
    return make_curl_transport(limits);
}

SharedBytes shared(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
}

HttpRequest post(std::string url, std::vector<HttpPart> parts) {
    HttpRequest request;
    request.method = HttpMethod::post;
    request.url = std::move(url);
    request.parts = std::move(parts);
    return request;
}

/// Parts of a multipart body as text: head (its lines in order) and bytes.
std::vector<std::pair<std::string, std::string>> split_parts(const std::string& request) {
    const std::size_t name = request.find("boundary=") + 9;
    const std::string delimiter = "--" + request.substr(name, request.find("\r\n", name) - name);
    std::vector<std::pair<std::string, std::string>> parts;
    std::size_t at = request.find(delimiter, request.find("\r\n\r\n")) + delimiter.size();
    while (request.substr(at, 2) != "--") {
        const std::size_t head_end = request.find("\r\n\r\n", at);
        const std::size_t end = request.find("\r\n" + delimiter, head_end + 4);
        parts.emplace_back(request.substr(at + 2, head_end - at - 2),
                           request.substr(head_end + 4, end - head_end - 4));
        at = end + 2 + delimiter.size();
    }
    return parts;
}

TEST_CASE("transport hands over status, body and headers of any answer") {
    RawHttpServer server([](RawConnection& connection) {
        connection.read_request();
        connection.answer(503, "busy",
                          "content-type:  text/plain \r\nRETRY-AFTER: 7\r\n"
                          "Content-Encoding: gzip\r\n");
    });
    const auto transport = make_curl_transport({});
    const Result<HttpAnswer> answer = fetch(*transport, server.url("/a?b"));
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(answer->body == "busy");
    CHECK(answer->content_type == "text/plain");
    CHECK(answer->content_encoding == "gzip");
    CHECK(answer->retry_after == 7s);
}

TEST_CASE("transport sends a plain request and nothing that was not asked for") {
    std::string seen;
    RawHttpServer server([&seen](RawConnection& connection) {
        seen = connection.read_request();
        connection.answer(200, "");
    });
    const auto transport = make_curl_transport({});
    HttpRequest request;
    request.url = server.url("/a//b/%2e?c=d");
    request.headers = {"X-One: 1", "X-Two: 2"};
    REQUIRE(fetch(*transport, request));
    CHECK(seen.starts_with("GET /a//b/%2e?c=d HTTP/1.1\r\n"));
    CHECK(seen.find("\r\nX-One: 1\r\n") != std::string::npos);
    CHECK(seen.find("\r\nX-Two: 2\r\n") != std::string::npos);
    CHECK(seen.find("\r\nUser-Agent: ffdump/") != std::string::npos);
    for (const std::string name : {"Accept-Encoding", "Expect", "Cookie", "Authorization"}) {
        CHECK(seen.find(name + ":") == std::string::npos);
    }
}

TEST_CASE("transport asks for the head only when told so") {
    std::string seen;
    RawHttpServer server([&seen](RawConnection& connection) {
        seen = connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
        connection.hang();
    });
    const auto transport = make_curl_transport({});
    HttpRequest request;
    request.method = HttpMethod::head;
    request.url = server.url();
    const Result<HttpAnswer> answer = fetch(*transport, request);
    REQUIRE(answer);
    CHECK(answer->body.empty());
    CHECK(seen.starts_with("HEAD / "));
}

TEST_CASE("transport sends every byte of a multipart body as it is") {
    std::string seen;
    RawHttpServer server([&seen](RawConnection& connection) {
        seen = connection.read_request();
        connection.answer(200, "");
    });
    std::string all_bytes;
    for (int i = 0; i < 256 * 1024; ++i) {
        all_bytes += static_cast<char>(i % 256);
    }
    const auto transport = make_curl_transport({});
    REQUIRE(fetch(
        *transport,
        post(server.url(), {{"request", "", "application/json", shared(R"({"a":1})")},
                            {"image0", "image0", "application/octet-stream", shared(all_bytes)},
                            {"image1", "image1", "", shared("")}})));
    CHECK(seen.starts_with("POST / "));
    CHECK(seen.find("Transfer-Encoding") == std::string::npos);
    const auto parts = split_parts(seen);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].first ==
          "Content-Disposition: form-data; name=\"request\"\r\n"
          "Content-Type: application/json");
    CHECK(parts[0].second == R"({"a":1})");
    CHECK(parts[1].first ==
          "Content-Disposition: form-data; name=\"image0\"; filename=\"image0\""
          "\r\nContent-Type: application/octet-stream");
    CHECK((parts[1].second == all_bytes));
    CHECK(parts[2].second.empty());
}

TEST_CASE("transport sends one body after the other on the same handle, each its own") {
    std::vector<std::string> seen;
    RawHttpServer server([&seen](RawConnection& connection) {
        for (int i = 0; i < 3; ++i) {
            seen.push_back(connection.read_request());
            connection.answer(200, "");
        }
    });
    const auto transport = make_curl_transport({});
    const std::vector<std::size_t> sizes{700000, 3, 100000};
    for (const std::size_t size : sizes) {
        const std::string name = "image\"" + std::to_string(size);
        REQUIRE(fetch(*transport,
                      post(server.url(), {{name, "", "", shared(std::string(size, 'x'))}})));
    }
    REQUIRE(seen.size() == sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto parts = split_parts(seen[i]);
        REQUIRE(parts.size() == 1);
        CHECK(parts[0].first ==
              "Content-Disposition: form-data; name=\"image%22" + std::to_string(sizes[i]) + "\"");
        CHECK(parts[0].second.size() == sizes[i]);
    }
}

TEST_CASE("transport sends no part whose type holds another line") {
    RawHttpServer server(echo_path);
    const auto transport = make_curl_transport({});
    const auto result =
        fetch(*transport, post(server.url(), {{"a", "", "text/plain\r\nX: y", shared("b")}}));
    REQUIRE_FALSE(result);
    CHECK(server.accepted() == 0);
}

TEST_CASE("transport reuses a connection for one request after the other") {
    RawHttpServer server(echo_path);
    const auto transport = make_curl_transport({});
    for (int i = 0; i < 20; ++i) {
        const std::string path = "/" + std::to_string(i);
        CHECK(fetch(*transport, server.url(path)).value().body == path);
    }
    CHECK(server.accepted() == 1);
}

TEST_CASE("transport answers many requests at once, each with its own answer") {
    RawHttpServer server(echo_path);
    const auto transport = make_limited_transport(16);
    HttpWaiter waiter;
    for (int i = 0; i < 200; ++i) {
        HttpRequest request;
        request.url = server.url("/" + std::to_string(i));
        transport->send(request, waiter.done());
    }
    const auto results = waiter.wait();
    for (std::size_t i = 0; i < results.size(); ++i) {
        REQUIRE(results[i]);
        CHECK(results[i]->body == "/" + std::to_string(i));
    }
    CHECK(waiter.finished() == 200);
    CHECK(server.accepted() <= 16);
}

TEST_CASE("transport takes requests from several threads and from done itself") {
    RawHttpServer server(echo_path);
    const auto transport = make_curl_transport({});
    HttpWaiter waiter;
    std::vector<std::thread> senders;
    senders.reserve(4);
    for (int i = 0; i < 4; ++i) {
        senders.emplace_back([&, i] {
            for (int k = 0; k < 25; ++k) {
                HttpRequest request;
                request.url = server.url("/" + std::to_string((i * 25) + k));
                transport->send(request, [&, then = waiter.done()](const Result<HttpAnswer>&) {
                    HttpRequest again;
                    again.url = server.url("/again");
                    transport->send(again, then);
                });
            }
        });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    for (const Result<HttpAnswer>& result : waiter.wait()) {
        CHECK(result.value().body == "/again");
    }
}

TEST_CASE("time spent waiting for a free connection does not count as time of the request") {
    RawHttpServer server([](RawConnection& connection) {
        while (!connection.read_request().empty()) {
            if (connection.is_gone_within(60)) {
                return;
            }
            connection.answer(200, "");
        }
    });
    const auto transport = make_limited_transport(1);
    HttpWaiter waiter;
    for (int i = 0; i < 6; ++i) {
        HttpRequest request;
        request.url = server.url();
        request.timeouts = {200ms, 200ms, 200ms};
        transport->send(request, waiter.done());
    }
    for (const Result<HttpAnswer>& result : waiter.wait()) {
        CHECK(result.has_value());
    }
}

TEST_CASE("a cancelled transport ends what is in flight and whatever comes later") {
    RawHttpServer server([](RawConnection& connection) { connection.hang(); });
    const auto transport = make_limited_transport(3);
    HttpWaiter waiter;
    HttpRequest request;
    request.url = server.url("/x?secret");
    for (int i = 0; i < 10; ++i) {
        transport->send(request, waiter.done());
    }
    transport->cancel_all();
    transport->send(request, waiter.done());
    for (const Result<HttpAnswer>& result : waiter.wait()) {
        REQUIRE_FALSE(result);
        CHECK(result.error().reason() == Reason::interrupted);
        CHECK(result.error().place().url == server.url("/x"));
    }
    CHECK(waiter.finished() == 11);
}

TEST_CASE("a destroyed transport ends every request exactly once") {
    RawHttpServer server([](RawConnection& connection) { connection.hang(); });
    HttpWaiter waiter;
    {
        const auto transport = make_curl_transport({});
        for (int i = 0; i < 5; ++i) {
            HttpRequest request;
            request.url = server.url();
            transport->send(request, waiter.done());
        }
    }
    CHECK(waiter.finished() == 5);
}

TEST_CASE("transport does not send headers or URLs that could smuggle something") {
    RawHttpServer server(echo_path);
    const auto transport = make_curl_transport({});
    for (const std::string header : {"X: a\r\nY: b", "X: a\n", "X\r: a", "no colon", "X;"}) {
        HttpRequest request;
        request.url = server.url();
        request.headers = {header};
        CHECK(fetch(*transport, request).error().reason() == Reason::config_invalid);
    }
    for (const std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/", "nonsense"}) {
        CHECK(fetch(*transport, url).error().reason() == Reason::config_invalid);
    }
    CHECK(server.accepted() == 0);
}

TEST_CASE("transport uses no proxy of the environment and removes SSLKEYLOGFILE from it") {
    RawHttpServer proxy(echo_path);
    RawHttpServer server(echo_path);
    setenv("http_proxy", proxy.url().c_str(), 1);
    setenv("SSLKEYLOGFILE", "/dev/null", 1);
    const auto transport = make_curl_transport({});
    CHECK(fetch(*transport, server.url("/direct")).value().body == "/direct");
    unsetenv("http_proxy");
    CHECK(proxy.accepted() == 0);
    CHECK(std::getenv("SSLKEYLOGFILE") == nullptr);
}

}  // namespace
}  // namespace ffdump

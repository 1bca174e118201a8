// SPDX-License-Identifier: Apache-2.0
#include "support/http_waiter.hpp"
#include "support/raw_http_server.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <future>
#include <memory>
#include <string>
#include <sys/resource.h>

namespace ffdump {
namespace {

using namespace std::chrono_literals;

/// Result of a request with `timeouts` to a server that plays `script`.
Result<HttpAnswer> against(const RawHttpServer::Script& script, HttpTimeouts timeouts = {},
                           std::size_t max_body = 1000, bool follow = false) {
    RawHttpServer server(script);
    const auto transport = make_curl_transport({});
    HttpRequest request;
    request.url = server.url("/path?query");
    request.timeouts = timeouts;
    request.max_body = max_body;
    request.follow_redirects = follow;
    Result<HttpAnswer> result = fetch(*transport, request);
    if (!result) {
        CHECK(result.error().place().url == server.url("/path"));
    }
    return result;
}

/// Result against a server that answers any request with `bytes` and closes.
Result<HttpAnswer> against_bytes(std::string bytes) {
    return against([&bytes](RawConnection& connection) {
        connection.read_request();
        connection.send(bytes);
    });
}

Reason reason_of(const Result<HttpAnswer>& result) {
    REQUIRE_FALSE(result);
    return result.error().reason();
}

TEST_CASE("a refused connection is told from a lost one") {
    int port = 0;
    {
        const RawHttpServer gone([](RawConnection&) {});
        port = gone.port();
    }
    const auto transport = make_curl_transport({});
    const auto result = fetch(*transport, "http://127.0.0.1:" + std::to_string(port) + "/");
    CHECK(reason_of(result) == Reason::connection_failed);
}

TEST_CASE("a name that cannot be resolved is a fault of its own") {
    const auto transport = make_curl_transport({});
    CHECK(reason_of(fetch(*transport, std::string("http://name.invalid/"))) ==
          Reason::name_unresolved);
}

TEST_CASE("a connection reset before, within or after the head is lost") {
    const std::string whole =
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(50, 'x');
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        const auto result = against([&](RawConnection& connection) {
            connection.read_request();
            connection.send(whole.substr(0, length));
            connection.reset();
        });
        INFO("after " << length << " bytes");
        CHECK(reason_of(result) == Reason::connection_lost);
    }
}

TEST_CASE("an answer cut at any byte of its head or body is never taken for a whole one") {
    const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO("after " << length << " bytes");
        const auto result = against_bytes(whole.substr(0, length));
        if (result) {  // without its Content-Length line the answer has no body that could be cut
            CHECK(result->body.empty());
            CHECK(length < whole.find("0123456789"));
        }
    }
    CHECK(against_bytes(whole).value().body == "0123456789");
}

TEST_CASE("a body shorter than announced is a lost connection") {
    const auto result = against_bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    CHECK(reason_of(result) == Reason::connection_lost);
}

TEST_CASE("a body longer than announced ends where it was announced to end") {
    const auto result = against_bytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef");
    CHECK(result.value().body == "abc");
}

TEST_CASE("broken chunking is a malformed answer, a cut chunk a lost connection") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(reason_of(against_bytes(head + "zz\r\nabc\r\n0\r\n\r\n")) == Reason::answer_malformed);
    CHECK(reason_of(against_bytes(head + "3\r\nabcXX5\r\n")) == Reason::answer_malformed);
    CHECK(reason_of(against_bytes(head + "fffffffffffffffffffff\r\n")) == Reason::answer_malformed);
    CHECK(reason_of(against_bytes(head + "64\r\nabc")) == Reason::connection_lost);
    CHECK(reason_of(against_bytes(head + "3\r\nabc\r\n")) == Reason::connection_lost);
    CHECK(against_bytes(head + "3\r\nabc\r\n0\r\n\r\n").value().body == "abc");
}

TEST_CASE("an answer that is not HTTP/1 is malformed") {
    CHECK(reason_of(against_bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n")) == Reason::answer_malformed);
    CHECK(reason_of(against_bytes("<html>old</html>")) == Reason::answer_malformed);
}

TEST_CASE("a body over the limit is cut, whether it is announced or not") {
    const std::string body(1001, 'x');
    const auto announced = against_bytes("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + body);
    CHECK(reason_of(announced) == Reason::answer_too_large);
    CHECK(announced.error().detail() == "the answer is over 1000 bytes");
    CHECK(reason_of(against_bytes("HTTP/1.1 200 OK\r\n\r\n" + body)) == Reason::answer_too_large);
    CHECK(against_bytes("HTTP/1.1 200 OK\r\n\r\n" + body.substr(1)).value().body.size() == 1000);
}

TEST_CASE("an error page over the limit says nothing about the size of what was asked for") {
    const auto result = against_bytes("HTTP/1.1 500 X\r\n\r\n" + std::string(2000, 'x'));
    CHECK(reason_of(result) == Reason::answer_malformed);
    CHECK(result.error().detail() == "status 500 with a body over 1000 bytes");
}

TEST_CASE("a body without end is cut at the limit") {
    const auto result = against([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        while (connection.send(std::string(65536, 'x'))) {
        }
    });
    CHECK(reason_of(result) == Reason::answer_too_large);
}

TEST_CASE("headers without end are cut, in many lines and in one") {
    const auto lines = against([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n");
        while (connection.send("X-Line: " + std::string(1000, 'x') + "\r\n")) {
        }
    });
    CHECK(reason_of(lines) == Reason::answer_malformed);
    CHECK(lines.error().detail() == "the answer's headers are over 256 KiB");
    const auto line = against([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nX-Line: ");
        while (connection.send(std::string(1000, 'x'))) {
        }
    });
    CHECK(reason_of(line) == Reason::answer_malformed);
    CHECK(line.error().detail() == "the answer has a header line over 100 KiB");
}

TEST_CASE("a service that does not answer is cut by the header time-out, which is named") {
    const auto result =
        against([](RawConnection& connection) { connection.hang(); }, {5s, 200ms, 30s});
    CHECK(reason_of(result) == Reason::request_timed_out);
    CHECK(result.error().detail() == "no answer header within 200ms");
}

TEST_CASE("the wait for an answer to a post begins when the kernel has taken its last byte") {
    const auto post_of = [](std::size_t bytes, bool is_read) {
        std::promise<void> ended;
        RawHttpServer server([&](RawConnection& connection) {
            if (is_read) {
                connection.read_request();
            }
            ended.get_future().wait();
        });
        HttpRequest request;
        request.method = HttpMethod::post;
        request.url = server.url();
        request.parts = {{"image0", "", "", std::make_shared<const std::string>(bytes, 'z')}};
        request.timeouts = {5s, 200ms, 700ms};
        Result<HttpAnswer> result = fetch(*make_curl_transport({}), request);
        ended.set_value();
        return result;
    };
    const auto taken = post_of(100000, true);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().detail() == "no answer header within 200ms");
    const auto stuck = post_of(64U << 20U, false);
    REQUIRE_FALSE(stuck);
    CHECK(stuck.error().detail() == "not finished within 700ms");
}

TEST_CASE("a body that comes too slowly is cut by the overall time-out, which is named") {
    const auto result = against(
        [](RawConnection& connection) {
            connection.read_request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (!connection.is_gone_within(20)) {
                connection.send("x");
            }
        },
        {5s, 5s, 300ms});
    CHECK(reason_of(result) == Reason::request_timed_out);
    CHECK(result.error().detail() == "not finished within 300ms");
}

TEST_CASE("a server that accepts no connection is cut by the connect time-out, which is named") {
    // A full backlog: the kernel drops the handshake of further connections.
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(listener >= 0);
    REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener, 0) == 0);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    std::vector<int> fillers;
    for (int i = 0; i < 3; ++i) {
        fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        const int started = connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size);
        REQUIRE((started == 0 || errno == EINPROGRESS));
    }
    const auto transport = make_curl_transport({});
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    request.timeouts = {200ms, 30s, 30s};
    const auto result = fetch(*transport, request);
    CHECK(reason_of(result) == Reason::request_timed_out);
    CHECK(result.error().detail() == "no connection within 200ms");
    fillers.push_back(listener);
    for (const int socket : fillers) {
        close(socket);
    }
}

TEST_CASE("TLS against a plain port fails as TLS") {
    const auto transport = make_curl_transport({});
    RawHttpServer plain([](RawConnection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.hang();
    });
    const auto result =
        fetch(*transport, "https://127.0.0.1:" + std::to_string(plain.port()) + "/");
    CHECK(reason_of(result) == Reason::tls_failed);
}

TEST_CASE("a CA file that is not there fails as TLS and not as something else") {
    RawHttpServer server([](RawConnection& connection) { connection.hang(); });
    HttpLimits limits;
    limits.ca_file = "/nonexistent/ca.pem";
    const auto transport = make_curl_transport(limits);
    const auto result =
        fetch(*transport, "https://127.0.0.1:" + std::to_string(server.port()) + "/");
    CHECK(reason_of(result) == Reason::tls_failed);
}

void redirect_to(RawConnection& connection, const std::string& place) {
    while (!connection.read_request().empty()) {
        connection.answer(302, "", "Location: " + place + "\r\n");
    }
}

TEST_CASE("a redirect is not followed unless asked for, and its place is told") {
    const auto result = against([](RawConnection& c) { redirect_to(c, "/next/place"); });
    REQUIRE(result);
    CHECK(result->status == 302);
    CHECK(result->redirect_url.starts_with("http://127.0.0.1:"));
    CHECK(result->redirect_url.ends_with("/next/place"));
}

TEST_CASE("a redirect loop ends after three") {
    std::atomic<int> requests{0};
    const auto result = against(
        [&requests](RawConnection& connection) {
            while (!connection.read_request().empty()) {
                ++requests;
                connection.answer(302, "", "Location: /again\r\n");
            }
        },
        {}, 1000, true);
    CHECK(reason_of(result) == Reason::answer_malformed);
    CHECK(requests == 4);
}

TEST_CASE("a redirect to another scheme is never followed") {
    for (const std::string place : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://h/"}) {
        const auto result =
            against([&place](RawConnection& c) { redirect_to(c, place); }, {}, 1000, true);
        INFO(place);
        CHECK(reason_of(result) == Reason::answer_malformed);
    }
}

TEST_CASE("a kept connection that was dropped is replaced without an error") {
    // Each connection answers one request and closes, although it did not say so.
    RawHttpServer server([](RawConnection& connection) {
        connection.read_request();
        connection.answer(200, "ok");
    });
    const auto transport = make_curl_transport({});
    for (int i = 0; i < 5; ++i) {
        CHECK(fetch(*transport, server.url()).has_value());
    }
    CHECK(server.accepted() == 5);
}

TEST_CASE("a connection reset after the answer spoils neither that answer nor the next") {
    RawHttpServer server([](RawConnection& connection) {
        connection.read_request();
        connection.answer(200, "ok");
        connection.reset();
    });
    const auto transport = make_curl_transport({});
    for (int i = 0; i < 5; ++i) {
        const auto result = fetch(*transport, server.url());
        // The kernel may throw away what was not read yet when the reset arrives.
        CHECK((result ? result->body == "ok" : reason_of(result) == Reason::connection_lost));
    }
}

TEST_CASE("a post on a kept connection that breaks is sent again with all its bytes") {
    std::string seen;
    RawHttpServer server([&seen](RawConnection& connection) {
        seen = connection.read_request();
        connection.answer(200, "ok");
        if (connection.number() == 0) {
            connection.read_request();
            connection.reset();
            return;
        }
        connection.hang();
    });
    const auto transport = make_curl_transport({});
    REQUIRE(fetch(*transport, server.url()));
    HttpRequest request;
    request.method = HttpMethod::post;
    request.url = server.url();
    const std::string bytes(300000, 'z');
    request.parts = {{"image0", "image0", "", std::make_shared<const std::string>(bytes)}};
    const auto result = fetch(*transport, request);
    REQUIRE(result);
    CHECK(server.accepted() == 2);
    CHECK((seen.find("\r\n\r\n" + bytes + "\r\n--") != std::string::npos));
}

TEST_CASE("an answer nobody asked for is not taken for that of the next request") {
    std::atomic<bool> poisoned{false};
    RawHttpServer server([&poisoned](RawConnection& connection) {
        if (connection.number() != 0) {
            connection.read_request();
            connection.answer(200, "right");
            return;
        }
        connection.read_request();
        connection.answer(200, "first");
        connection.is_gone_within(50);
        connection.answer(200, "wrong");
        poisoned = true;
        connection.hang();
    });
    const auto transport = make_curl_transport({});
    CHECK(fetch(*transport, server.url()).value().body == "first");
    while (!poisoned) {
        std::this_thread::yield();
    }
    CHECK(fetch(*transport, server.url()).value().body == "right");
}

TEST_CASE("descriptors that run out are a fault of the machine") {
    RawHttpServer server([](RawConnection& connection) { connection.hang(); });
    const auto transport = make_curl_transport({});
    // UBSan needs a descriptor itself when it meets the transport's type for the first time.
    REQUIRE(reason_of(fetch(*transport, "ftp://127.0.0.1/")) == Reason::config_invalid);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    const auto result = fetch(*transport, server.url());
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(reason_of(result) == Reason::out_of_descriptors);
}

}  // namespace
}  // namespace ffdump

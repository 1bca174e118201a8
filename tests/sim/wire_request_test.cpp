// SPDX-License-Identifier: Apache-2.0
#include "wire_request.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace ffdump {

namespace {

constexpr std::size_t kMaxBody = 1000;

/// A wire whose peer has sent `text`, in pieces of `step` bytes, and ended.
class Sent {
 public:
    explicit Sent(std::string_view text, std::size_t step = 1U << 20U) : wire_(make_pair()) {
        peer_thread_ = std::thread([this, text = std::string(text), step] {
            for (std::size_t at = 0; at < text.size(); at += step) {
                const std::string_view piece = std::string_view(text).substr(at, step);
                if (send(peer_, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) {
                    break;
                }
            }
            shutdown(peer_, SHUT_WR);
        });
    }
    ~Sent() {
        peer_thread_.join();
        close(peer_);
    }
    Sent(const Sent&) = delete;
    Sent& operator=(const Sent&) = delete;
    Wire& wire() { return wire_; }

 private:
    int make_pair() {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        peer_ = ends[1];
        return ends[0];
    }
    int peer_ = -1;
    Wire wire_;
    std::thread peer_thread_;
};

int status_of(std::string_view text) {
    Sent sent(text);
    const auto request = read_request(sent.wire(), kMaxBody);
    return request ? 200 : request.error().status;
}

}  // namespace

TEST_CASE("requests in one stream are read one after the other, however they are cut") {
    const std::string stream =
        "POST /v2?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Y:  z \r\n\r\nhello"
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;ext=1\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"
        "GET /uploads/ HTTP/1.0\r\n\r\n";
    for (const std::size_t step : {1U, 2U, 7U, 1000U}) {
        INFO("pieces of " << step);
        Sent sent(stream, step);
        auto first = read_request(sent.wire(), kMaxBody);
        REQUIRE((first && *first));
        CHECK((*first)->method == "POST");
        CHECK((*first)->target == "/v2?a=b");
        CHECK((*first)->path == "/v2");
        CHECK((*first)->header("x-y") == "z");
        CHECK((*first)->body == "hello");
        CHECK((*first)->keep_alive);
        sent.wire().consume((*first)->bytes);

        auto second = read_request(sent.wire(), kMaxBody);
        REQUIRE((second && *second));
        CHECK((*second)->body == "abc0123456789abcdef");
        sent.wire().consume((*second)->bytes);

        auto third = read_request(sent.wire(), kMaxBody);
        REQUIRE((third && *third));
        CHECK((*third)->method == "GET");
        CHECK_FALSE((*third)->keep_alive);
        sent.wire().consume((*third)->bytes);

        auto end = read_request(sent.wire(), kMaxBody);
        REQUIRE(end);
        CHECK_FALSE(*end);
    }
}

TEST_CASE("malformed requests are refused with the status that says what is wrong") {
    const std::string big(kMaxBody + 1, 'x');
    const std::vector<std::pair<int, std::string>> requests{
        {400, "nonsense\r\n\r\n"},
        {400, "GET noslash HTTP/1.1\r\nHost: h\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost : h\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHo"},
        {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
        {400,
         "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell"},
        {400, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n"},
        {400,
         "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"},
        {411, "POST / HTTP/1.1\r\nHost: h\r\n\r\n"},
        {413, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + big},
        {413, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + big},
        {413,
         "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"},
        {417, "POST / HTTP/1.1\r\nHost: h\r\nExpect: x\r\nContent-Length: 0\r\n\r\n"},
        {431, "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(70000, 'x') + "\r\n\r\n"},
        {501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
    };
    for (const auto& [status, text] : requests) {
        INFO(text.substr(0, 100));
        CHECK(status_of(text) == status);
    }
}

TEST_CASE("a request that is cut anywhere is no request") {
    const std::string whole =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    REQUIRE(status_of(whole) == 200);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        INFO("cut at " << size);
        CHECK(status_of(std::string_view(whole).substr(0, size)) == 400);
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "retry_after.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

using namespace std::chrono_literals;

// Sun, 06 Nov 1994 08:49:37 GMT
constexpr Clock::WallTime kNow(std::chrono::seconds(784111777));

TEST_CASE("Retry-After is read as seconds") {
    CHECK(parse_retry_after("0", kNow) == 0s);
    CHECK(parse_retry_after("120", kNow) == 120s);
}

TEST_CASE("Retry-After is read as each of the three date forms of HTTP") {
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", kNow) == 60s);
    CHECK(parse_retry_after("Sunday, 06-Nov-94 08:50:37 GMT", kNow) == 60s);
    CHECK(parse_retry_after("Sun Nov  6 08:50:37 1994", kNow) == 60s);
}

TEST_CASE("Retry-After in the past means at once") {
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", kNow) == 0s);
    CHECK(parse_retry_after("Thu, 01 Jan 1970 00:00:00 GMT", kNow) == 0s);
}

TEST_CASE("absurd Retry-After values are cut at a year and never overflow") {
    constexpr auto kYear = 365 * 24h;
    CHECK(parse_retry_after("31536001", kNow) == kYear);
    CHECK(parse_retry_after("9223372036854775807", kNow) == kYear);
    CHECK(parse_retry_after("99999999999999999999999999", kNow) == kYear);
    CHECK(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kNow) == kYear);
}

TEST_CASE("Retry-After that is neither seconds nor a date is ignored") {
    for (const std::string text : {"", "soon", "-1", "1.5", "1e3", "0x10"}) {
        INFO(text);
        CHECK_FALSE(parse_retry_after(text, kNow).has_value());
    }
    CHECK_FALSE(parse_retry_after(std::string(1000, '1'), kNow).has_value());
}

}  // namespace
}  // namespace ffdump

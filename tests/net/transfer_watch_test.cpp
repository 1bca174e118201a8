// SPDX-License-Identifier: Apache-2.0
#include "transfer_watch.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

using namespace std::chrono_literals;

constexpr Clock::Instant kStart{1000s};

TEST_CASE("transfer watch says nothing while there is no connection") {
    TransferWatch watch({5s, 30s, 35s}, true);
    CHECK_FALSE(watch.overdue(kStart + 24h).has_value());
    CHECK_FALSE(watch.next_check().has_value());
}

TEST_CASE("transfer watch names the answer header time-out, counted from the end of the request") {
    TransferWatch watch({5s, 30s, 0s}, true);
    watch.connected(kStart, true);
    watch.uploaded(kStart + 1s, 100000, false);
    watch.uploaded(kStart + 20s, 1, true);
    CHECK(watch.next_check() == kStart + 50s);
    CHECK_FALSE(watch.overdue(kStart + 50s - 1ms).has_value());
    CHECK(watch.overdue(kStart + 50s) == "no answer header within 30s");
}

TEST_CASE("transfer watch waits without end for an answer when that time-out is zero") {
    TransferWatch watch({5s, 0s, 0s}, false);
    watch.connected(kStart, false);
    CHECK_FALSE(watch.overdue(kStart + 24h).has_value());
    CHECK_FALSE(watch.next_check().has_value());
}

TEST_CASE("transfer watch cuts an answer slower than 1 KiB/s") {
    TransferWatch watch({5s, 30s, 0s}, false);
    watch.connected(kStart, false);
    watch.received(kStart + 10s, 1);
    CHECK(watch.next_check() == kStart + 40s);
    watch.received(kStart + 39s, (30UL * 1024) - 2);
    CHECK_FALSE(watch.overdue(kStart + 40s - 1ms).has_value());
    CHECK(watch.overdue(kStart + 40s) == "slower than 1 KiB/s for 30s");
}

TEST_CASE("transfer watch lets an answer of exactly 1 KiB/s pass, window after window") {
    TransferWatch watch({5s, 30s, 0s}, false);
    watch.connected(kStart, false);
    Clock::Instant now = kStart;
    for (int window = 0; window < 5; ++window) {
        watch.received(now, 30UL * 1024);
        now += 30s;
        CHECK_FALSE(watch.overdue(now).has_value());
    }
    now += 30s;
    CHECK(watch.overdue(now) == "slower than 1 KiB/s for 30s");
}

TEST_CASE("transfer watch cuts an upload that the service does not take") {
    TransferWatch watch({5s, 10s, 0s}, true);
    watch.connected(kStart, true);
    watch.uploaded(kStart, 100, false);
    CHECK_FALSE(watch.overdue(kStart + 29s).has_value());
    CHECK(watch.overdue(kStart + 30s) == "slower than 1 KiB/s for 30s");
}

TEST_CASE("transfer watch starts anew when a request is sent again") {
    TransferWatch watch({5s, 30s, 0s}, false);
    watch.connected(kStart, false);
    watch.received(kStart + 1s, 1);
    watch.connected(kStart + 2s, false);
    CHECK_FALSE(watch.has_answer());
    CHECK(watch.next_check() == kStart + 32s);
}

TEST_CASE("transfer watch names the time-out of libcurl's that strikes first") {
    CHECK(TransferWatch({5s, 30s, 35s}, false).curl_timeout_text() == "no connection within 5s");
    CHECK(TransferWatch({5s, 30s, 3s}, false).curl_timeout_text() == "not finished within 3s");
    CHECK(TransferWatch({0s, 30s, 1500ms}, false).curl_timeout_text() ==
          "not finished within 1500ms");
    TransferWatch connected({5s, 30s, 35s}, false);
    connected.connected(kStart, false);
    CHECK(connected.curl_timeout_text() == "not finished within 35s");
}

}  // namespace
}  // namespace ffdump

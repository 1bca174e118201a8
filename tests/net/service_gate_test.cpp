// SPDX-License-Identifier: Apache-2.0
#include "ffdump/net/service_gate.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

namespace ffdump {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::uint64_t kSeed = 20260101;
constexpr Clock::Instant kStart{1000s};
const Error refused{Reason::connection_failed, "no connection could be made"};

ServiceGate make_gate(GateFigures figures = {}) {
    return {figures, Random(kSeed)};
}

void fail_once(ServiceGate& gate, Clock::Instant now, const Error& error = refused) {
    gate.sent(now);
    gate.faulted(now, error);
}

void open_breaker(ServiceGate& gate, Clock::Instant now) {
    while (!gate.is_open()) {
        fail_once(gate, now);
    }
}

TEST_CASE("gate delays lie between zero and the doubled base, spread over the whole range") {
    ServiceGate gate = make_gate();
    for (unsigned attempt = 1; attempt <= 12; ++attempt) {
        const milliseconds most = std::min(milliseconds(200) * (1U << attempt), milliseconds(20s));
        std::array<unsigned, 4> quarters{};
        for (int i = 0; i < 4000; ++i) {
            const milliseconds delay = gate.delay(attempt, std::nullopt);
            REQUIRE(delay >= 0ms);
            REQUIRE(delay <= most);
            ++quarters.at(std::min<std::size_t>(
                static_cast<std::size_t>(delay.count() * 4 / most.count()), 3));
        }
        INFO("attempt " << attempt << ", seed " << kSeed);
        CHECK(std::ranges::all_of(quarters, [](unsigned n) { return n > 850 && n < 1150; }));
    }
}

TEST_CASE("gate delays do not overflow") {
    ServiceGate gate = make_gate({.base_delay = milliseconds::max(), .max_delay = 20s});
    CHECK(gate.delay(4000000000U, std::nullopt) <= 20s);
    ServiceGate none = make_gate({.base_delay = 0ms});
    CHECK(none.delay(4000000000U, std::nullopt) == 0ms);
}

TEST_CASE("gate honours Retry-After up to its cap") {
    ServiceGate gate = make_gate();
    CHECK(gate.delay(1, 90s) == 90s);
    CHECK(gate.delay(1, 24h) == 120s);
    CHECK(gate.delay(1, 0ms) <= 400ms);
}

TEST_CASE("gate opens after the set number of faults in a row") {
    ServiceGate gate = make_gate({.breaker_faults = 10});
    for (int i = 0; i < 9; ++i) {
        fail_once(gate, kStart);
    }
    CHECK_FALSE(gate.is_open());
    CHECK(gate.may_send(kStart));
    gate.sent(kStart);
    gate.succeeded(kStart);
    for (int i = 0; i < 9; ++i) {
        fail_once(gate, kStart);
    }
    CHECK_FALSE(gate.is_open());
    fail_once(gate, kStart);
    CHECK(gate.is_open());
    CHECK_FALSE(gate.may_send(kStart));
}

TEST_CASE("gate probes at 1, 2, 4 and then 8 seconds, each shortened by up to a half") {
    ServiceGate gate = make_gate();
    open_breaker(gate, kStart);
    Clock::Instant now = kStart;
    for (const milliseconds longest : {1s, 2s, 4s, 8s, 8s, 8s}) {
        const std::optional<Clock::Instant> next = gate.next_probe();
        REQUIRE(next.has_value());
        CHECK(*next - now <= longest);
        CHECK(*next - now >= longest / 2);
        CHECK_FALSE(gate.may_send(*next - 1ms));
        CHECK(gate.may_send(*next));
        now = *next;
        fail_once(gate, now);
    }
}

TEST_CASE("gate lets one probe through at a time") {
    ServiceGate gate = make_gate();
    open_breaker(gate, kStart);
    const Clock::Instant probe = gate.next_probe().value();
    gate.sent(probe);
    CHECK_FALSE(gate.may_send(probe + 24h));
    CHECK_FALSE(gate.next_probe().has_value());
    gate.ended(probe + 1s);
    CHECK(gate.may_send(probe + 1s));
}

TEST_CASE("gate does not take the outcome of an old request for the probe's") {
    ServiceGate gate = make_gate({.breaker_faults = 2});
    for (int i = 0; i < 4; ++i) {
        gate.sent(kStart);
    }
    gate.faulted(kStart, refused);
    gate.faulted(kStart, refused);
    CHECK(gate.is_open());
    CHECK_FALSE(gate.may_send(kStart + 10s));
    gate.faulted(kStart + 10s, refused);
    gate.faulted(kStart + 10s, refused);
    CHECK(gate.may_send(kStart + 10s));
    CHECK(gate.next_probe().value() <= kStart + 1s);
}

TEST_CASE("gate closes and forgets on a success, and starts its probes anew") {
    ServiceGate gate = make_gate();
    open_breaker(gate, kStart);
    for (int i = 0; i < 5; ++i) {
        fail_once(gate, gate.next_probe().value());
    }
    const Clock::Instant now = gate.next_probe().value();
    gate.sent(now);
    gate.succeeded(now);
    CHECK_FALSE(gate.is_open());
    CHECK(gate.may_send(now));
    CHECK_FALSE(gate.down_since().has_value());
    CHECK_FALSE(gate.last_fault().has_value());
    open_breaker(gate, now);
    CHECK(gate.next_probe().value() - now <= 1s);
}

TEST_CASE("gate delays the probe as the service asks, up to the cap") {
    for (const auto& [asked, wait] : {std::pair<milliseconds, milliseconds>{30s, 30s},
                                      std::pair<milliseconds, milliseconds>{24h, 120s}}) {
        ServiceGate gate = make_gate({.breaker_faults = 1});
        fail_once(gate, kStart, Error(Reason::service_overloaded, "status 503").retry_after(asked));
        CHECK(gate.next_probe() == kStart + wait);
    }
}

TEST_CASE("gate gives up when nothing succeeded for the set time since the first fault") {
    ServiceGate gate = make_gate({.give_up_after = 30min});
    CHECK_FALSE(gate.given_up(kStart + 24h).has_value());
    fail_once(gate, kStart);
    fail_once(gate, kStart + 29min, Error(Reason::request_timed_out, "no answer"));
    CHECK(gate.down_since() == kStart);
    CHECK_FALSE(gate.given_up(kStart + 30min - 1ms).has_value());
    REQUIRE(gate.given_up(kStart + 30min).has_value());
    CHECK(gate.given_up(kStart + 30min)->reason() == Reason::request_timed_out);
    gate.sent(kStart + 30min);
    gate.succeeded(kStart + 30min);
    CHECK_FALSE(gate.given_up(kStart + 31min).has_value());
    fail_once(gate, kStart + 40min);
    CHECK_FALSE(gate.given_up(kStart + 69min).has_value());
    CHECK(gate.given_up(kStart + 70min).has_value());
}

TEST_CASE("gate never gives up when that time is zero") {
    ServiceGate gate = make_gate({.give_up_after = 0ms});
    fail_once(gate, kStart);
    CHECK_FALSE(gate.given_up(kStart + 24h * 365).has_value());
}

}  // namespace
}  // namespace ffdump

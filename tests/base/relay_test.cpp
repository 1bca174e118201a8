// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/relay.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

namespace ffdump {

TEST_CASE("a relay brings every buffer in order and uses the same few again") {
    constexpr int kCount = 10000;
    Relay<std::string> relay(2, 1000);
    std::thread filling([&] {
        for (int i = 0; i < kCount; ++i) {
            std::optional<std::string> buffer = relay.take_empty();
            buffer->assign(std::to_string(i));
            const std::size_t bytes = buffer->size();
            relay.hand_over(std::move(*buffer), bytes);
        }
        relay.end();
    });
    int count = 0;
    while (std::optional<std::string> buffer = relay.take_full()) {
        CHECK(*buffer == std::to_string(count));
        ++count;
        relay.give_back(std::move(*buffer));
    }
    filling.join();
    CHECK(count == kCount);
}

TEST_CASE("a relay lets nothing be filled while what waits holds too many bytes") {
    constexpr int kCount = 100;
    Relay<int> relay(8, 10);
    std::atomic<int> waiting = 0;
    int most_waiting = 0;
    std::thread filling([&] {
        for (int i = 0; i < kCount; ++i) {
            const std::optional<int> buffer = relay.take_empty();
            most_waiting = std::max(most_waiting, ++waiting);
            relay.hand_over(*buffer, 6);
        }
        relay.end();
    });
    int count = 0;
    while (const std::optional<int> buffer = relay.take_full()) {
        ++count;
        --waiting;
        relay.give_back(*buffer);
    }
    filling.join();
    CHECK(count == kCount);
    // Two wait, and one that was taken may not be counted yet.
    CHECK(most_waiting <= 3);
}

TEST_CASE("a relay lets nobody wait for a side that has left") {
    Relay<int> relay(1, 1);
    std::thread filling([&] {
        while (const std::optional<int> buffer = relay.take_empty()) {
            relay.hand_over(*buffer, 1);
        }
    });
    CHECK(relay.take_full().has_value());
    relay.leave();
    filling.join();
    relay.end();
    CHECK_FALSE(relay.take_full().has_value());
}

}  // namespace ffdump

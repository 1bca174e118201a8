// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/relay.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <thread>

namespace ffdump {

TEST_CASE("a relay brings every buffer in order and uses the same few again") {
    constexpr int kCount = 10000;
    Relay<std::string> relay(2);
    std::thread filling([&] {
        for (int i = 0; i < kCount; ++i) {
            std::optional<std::string> buffer = relay.take_empty();
            buffer->assign(std::to_string(i));
            relay.hand_over(std::move(*buffer));
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

TEST_CASE("a relay lets nobody wait for a side that has left") {
    Relay<int> relay(1);
    std::thread filling([&] {
        while (const std::optional<int> buffer = relay.take_empty()) {
            relay.hand_over(*buffer);
        }
    });
    CHECK(relay.take_full().has_value());
    relay.leave();
    filling.join();
    relay.end();
    CHECK_FALSE(relay.take_full().has_value());
}

}  // namespace ffdump

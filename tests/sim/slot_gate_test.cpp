// SPDX-License-Identifier: Apache-2.0
#include "slot_gate.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace ffdump {

namespace {

struct Outcome {
    std::vector<SlotGate::Passage> passages;
    SlotGate::Clock::duration elapsed{0};
};

Outcome crowd(SlotGate& gate, std::size_t size, SlotGate::Clock::duration work) {
    Outcome outcome;
    outcome.passages.resize(size);
    std::vector<std::thread> threads;
    threads.reserve(size);
    const auto begin = SlotGate::Clock::now();
    for (std::size_t i = 0; i < size; ++i) {
        threads.emplace_back([&, i] { outcome.passages[i] = gate.pass(work); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    outcome.elapsed = SlotGate::Clock::now() - begin;
    return outcome;
}

}  // namespace

TEST_CASE("requests beyond the slots wait for their turn") {
    SlotGate gate(2);
    const Outcome outcome = crowd(gate, 6, 20ms);
    CHECK(outcome.elapsed >= 60ms);
    for (const SlotGate::Passage& passage : outcome.passages) {
        CHECK(passage.in_flight <= 2);
    }
}

TEST_CASE("a waiting request begins when the slot was due, so that delays do not add up") {
    SlotGate gate(1);
    const Outcome outcome = crowd(gate, 50, 2ms);
    auto longest = SlotGate::Clock::duration::zero();
    for (const SlotGate::Passage& passage : outcome.passages) {
        longest = std::max(longest, passage.waited);
    }
    // The last of 50 waits 49 times 2 ms less the time its thread took to come.
    CHECK(longest <= 98ms);
    CHECK(outcome.elapsed >= 100ms);
}

TEST_CASE("without slots all are worked on at once") {
    SlotGate gate(0);
    std::vector<SlotGate::Passage> passages(20);
    std::vector<std::thread> threads;
    threads.reserve(passages.size());
    for (SlotGate::Passage& passage : passages) {
        threads.emplace_back([&] { passage = gate.pass(1h); });
    }
    while (gate.in_flight() < passages.size()) {  // none ends before all have come
        std::this_thread::yield();
    }
    gate.stop();
    for (std::thread& thread : threads) {
        thread.join();
    }
    const auto most = std::ranges::max_element(passages, {}, &SlotGate::Passage::in_flight);
    CHECK(most->in_flight == 20);
    for (const SlotGate::Passage& passage : passages) {
        CHECK(passage.waited == 0ms);
    }
}

TEST_CASE("soft saturation slows each down and lets none wait") {
    SlotGate gate(5, SlotGate::Saturation::soft);
    const Outcome outcome = crowd(gate, 20, 20ms);
    double most = 0;
    for (const SlotGate::Passage& passage : outcome.passages) {
        CHECK(passage.waited == 0ms);
        most = std::max(most, static_cast<double>(passage.in_flight));
    }
    // sqrt(1 + 16) times as long when all 20 were there at once.
    CHECK(outcome.elapsed >= std::chrono::duration<double>(20ms) * std::hypot(1.0, most / 5));
}

TEST_CASE("stopping wakes those who work and those who wait") {
    SlotGate gate(1);
    std::vector<SlotGate::Passage> passages(3);
    std::vector<std::thread> threads;
    threads.reserve(passages.size());
    for (SlotGate::Passage& passage : passages) {
        threads.emplace_back([&] { passage = gate.pass(1h); });
    }
    gate.stop();
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(std::ranges::all_of(passages, &SlotGate::Passage::stopped));
    CHECK_FALSE(gate.pause(1h));
}

}  // namespace ffdump

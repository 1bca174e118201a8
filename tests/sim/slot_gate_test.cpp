// SPDX-License-Identifier: Apache-2.0
#include "slot_gate.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
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

/// Requests that have all come, and are worked on or wait until the gate stops.
class Held {
 public:
    Held(SlotGate& gate, std::size_t size) : gate_(gate), passages_(size) {
        for (SlotGate::Passage& passage : passages_) {
            threads_.emplace_back([&] { passage = gate_.pass(1h); });
        }
        while (gate_.in_flight() + gate_.waiting() < size) {
            std::this_thread::yield();
        }
    }
    ~Held() { stop(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    const std::vector<SlotGate::Passage>& stop() {
        gate_.stop();
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
        return passages_;
    }

 private:
    SlotGate& gate_;
    std::vector<SlotGate::Passage> passages_;
    std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("requests beyond the slots wait for their turn") {
    SlotGate gate(2);
    const Outcome outcome = crowd(gate, 6, 20ms);
    CHECK(outcome.elapsed >= 60ms);
    for (const SlotGate::Passage& passage : outcome.passages) {
        CHECK(passage.in_flight <= 2);
    }
    Held held(gate, 6);
    CHECK(gate.in_flight() == 2);
    CHECK(gate.waiting() == 4);
    CHECK(std::ranges::count_if(held.stop(), [](const auto& it) { return it.waited > 0ms; }) == 4);
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
    Held held(gate, 20);
    CHECK(gate.in_flight() == 20);
    for (const SlotGate::Passage& passage : held.stop()) {
        CHECK(passage.waited == 0ms);
    }
}

TEST_CASE("soft saturation slows each down and lets none wait") {
    SlotGate gate(5, SlotGate::Saturation::soft);
    const Held held(gate, 19);
    const auto begin = SlotGate::Clock::now();
    const SlotGate::Passage last = gate.pass(20ms);
    CHECK(last.waited == 0ms);
    CHECK(last.in_flight == 20);
    // The last of 20 takes sqrt(1 + 16) times as long.
    CHECK(SlotGate::Clock::now() - begin >= 82ms);
}

TEST_CASE("stopping wakes those who work and those who wait") {
    SlotGate gate(1);
    CHECK(std::ranges::all_of(Held(gate, 3).stop(), &SlotGate::Passage::stopped));
    CHECK_FALSE(gate.pause(1h));
}

}  // namespace ffdump

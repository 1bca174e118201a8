// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <vector>

namespace ffdump {

/// The double's stand-in for a busy network: at most `slots` requests are worked on at a time, the
/// rest wait in the order in which they came. Work is only waiting, and a request that waited
/// begins when its slot was due to be free, not when its thread woke up: so the ceiling
/// slots / delay is met exactly, which benches measure against. Thread-safe.
class SlotGate {
 public:
    using Clock = std::chrono::steady_clock;

    /// soft: all are worked on at once, each the slower the more there are, sqrt(1 + (n/slots)^2)
    /// times its work: the same ceiling, reached by and by.
    enum class Saturation : std::uint8_t { hard, soft };

    /// 0 slots = no limit.
    explicit SlotGate(std::size_t slots, Saturation saturation = Saturation::hard)
        : slots_(saturation == Saturation::hard ? slots : 0),
          knee_(saturation == Saturation::soft ? slots : 0) {
        for (std::size_t i = 0; i < slots_; ++i) {
            free_since_.push(Clock::time_point::min());
        }
    }

    struct Passage {
        std::size_t in_flight = 0;  ///< worked on when this one began, itself included
        Clock::duration waited{0};  ///< for a slot
        bool stopped = false;       ///< the double is ending: answer nothing
    };

    /// Waits for a slot, works for `work`, gives the slot back.
    Passage pass(Clock::duration work) {
        std::unique_lock lock(mutex_);
        const Clock::time_point came = Clock::now();
        Clock::time_point begin = came;
        if (slots_ != 0) {
            const std::uint64_t ticket = next_ticket_++;
            turn_.wait(lock,
                       [&] { return stopped_ || (ticket == serving_ && !free_since_.empty()); });
            if (stopped_) {
                return {in_flight_, Clock::now() - came, true};
            }
            ++serving_;
            begin = std::max(came, free_since_.top());
            free_since_.pop();
            turn_.notify_all();
        }
        Passage passage{++in_flight_, begin - came, false};
        const double slower =
            knee_ == 0
                ? 1.0
                : std::hypot(1.0, static_cast<double>(in_flight_) / static_cast<double>(knee_));
        const Clock::time_point due =
            begin + std::chrono::duration_cast<Clock::duration>(work * slower);
        sleepers_.wait_until(lock, due, [&] { return stopped_; });
        --in_flight_;
        passage.stopped = stopped_;
        if (slots_ != 0) {
            free_since_.push(due);
            turn_.notify_all();
        }
        return passage;
    }

    [[nodiscard]] std::size_t in_flight() {
        const std::lock_guard lock(mutex_);
        return in_flight_;
    }

    /// For a slot.
    [[nodiscard]] std::size_t waiting() {
        const std::lock_guard lock(mutex_);
        return next_ticket_ - serving_;
    }

    /// Sleeps outside any slot; false when the double is ending.
    bool pause(Clock::duration time) {
        std::unique_lock lock(mutex_);
        return !sleepers_.wait_for(lock, time, [&] { return stopped_; });
    }

    void stop() {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        sleepers_.notify_all();
        turn_.notify_all();
    }

 private:
    std::mutex mutex_;
    std::condition_variable turn_;      ///< a slot or the queue's head has changed
    std::condition_variable sleepers_;  ///< woken by `stop` only
    std::size_t slots_;
    std::size_t knee_;  ///< of soft saturation; 0 = none
    std::size_t in_flight_ = 0;
    std::uint64_t next_ticket_ = 0;
    std::uint64_t serving_ = 0;
    std::priority_queue<Clock::time_point, std::vector<Clock::time_point>, std::greater<>>
        free_since_;  ///< one entry a free slot
    bool stopped_ = false;
};

}  // namespace ffdump

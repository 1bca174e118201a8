// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace ffdump {

/// Buffers that go round between one thread that fills them and one that empties them: `most` of
/// them at most, and none is to be filled while those that wait hold `most_bytes` or more, so that
/// memory is bounded and little is allocated anew. Either side may leave.
template <class T>
class Relay {
 public:
    Relay(std::size_t most, std::size_t most_bytes) : most_bytes_(most_bytes), spare_(most) {}

    /// For the filling thread: a buffer as it was given back (or new). Waits for one; nothing when
    /// the other side has left.
    [[nodiscard]] std::optional<T> take_empty() {
        std::unique_lock lock(mutex_);
        changed_.wait(
            lock, [this] { return left_ || (!spare_.empty() && waiting_bytes_ < most_bytes_); });
        if (left_) {
            return std::nullopt;
        }
        T buffer = std::move(spare_.front());
        spare_.pop_front();
        return buffer;
    }
    /// `bytes`: what it holds.
    void hand_over(T buffer, std::size_t bytes) {
        tell([&] {
            full_.push_back({std::move(buffer), bytes});
            waiting_bytes_ += bytes;
        });
    }
    /// Nothing more comes.
    void end() {
        tell([&] { ended_ = true; });
    }

    /// For the emptying thread: the next buffer in the order of hand_over(). Waits for one; nothing
    /// when all were taken after end().
    [[nodiscard]] std::optional<T> take_full() {
        std::optional<T> taken;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return ended_ || !full_.empty(); });
            if (full_.empty()) {
                return taken;
            }
            taken = std::move(full_.front().buffer);
            waiting_bytes_ -= full_.front().bytes;
            full_.pop_front();
        }
        changed_.notify_all();
        return taken;
    }
    void give_back(T buffer) {
        tell([&] { spare_.push_back(std::move(buffer)); });
    }
    /// Nobody takes any more.
    void leave() {
        tell([&] { left_ = true; });
    }

 private:
    struct Full {
        T buffer;
        std::size_t bytes = 0;
    };
    template <class Change>
    void tell(const Change& change) {
        {
            const std::lock_guard lock(mutex_);
            change();
        }
        changed_.notify_all();
    }

    std::size_t most_bytes_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> spare_;
    std::deque<Full> full_;
    std::size_t waiting_bytes_ = 0;
    bool ended_ = false;
    bool left_ = false;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace ffdump {

/// Buffers that go round between one thread that fills them and one that empties them: `most` of
/// them at most, so that memory is bounded and nothing is allocated anew. Either side may leave.
template <class T>
class Relay {
 public:
    explicit Relay(std::size_t most) : spare_(most) {}

    /// For the filling thread: a buffer as it was given back (or new). Waits for one; nothing when
    /// the other side has left.
    [[nodiscard]] std::optional<T> take_empty() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return left_ || !spare_.empty(); });
        if (left_) {
            return std::nullopt;
        }
        T buffer = std::move(spare_.back());
        spare_.pop_back();
        return buffer;
    }
    void hand_over(T buffer) {
        {
            const std::lock_guard lock(mutex_);
            full_.push_back(std::move(buffer));
        }
        changed_.notify_all();
    }
    /// Nothing more comes.
    void end() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        changed_.notify_all();
    }

    /// For the emptying thread: the next buffer in the order of hand_over(). Waits for one; nothing
    /// when all were taken after end().
    [[nodiscard]] std::optional<T> take_full() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ || !full_.empty(); });
        if (full_.empty()) {
            return std::nullopt;
        }
        T buffer = std::move(full_.front());
        full_.pop_front();
        return buffer;
    }
    void give_back(T buffer) {
        {
            const std::lock_guard lock(mutex_);
            spare_.push_back(std::move(buffer));
        }
        changed_.notify_all();
    }
    /// Nobody takes any more.
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            left_ = true;
        }
        changed_.notify_all();
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<T> spare_;
    std::deque<T> full_;
    bool ended_ = false;
    bool left_ = false;
};

}  // namespace ffdump

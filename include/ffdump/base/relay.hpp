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
/// them at most, so that memory is bounded and nothing is allocated anew. Either side may leave.
template <class T>
class Relay {
 public:
    explicit Relay(std::size_t most) : spare_(most) {}

    /// For the filling thread: a buffer as it was given back (or new). Waits for one; nothing when
    /// the other side has left.
    [[nodiscard]] std::optional<T> take_empty() { return take(spare_, left_); }
    void hand_over(T buffer) {
        tell([&] { full_.push_back(std::move(buffer)); });
    }
    /// Nothing more comes.
    void end() {
        tell([&] { ended_ = true; });
    }

    /// For the emptying thread: the next buffer in the order of hand_over(). Waits for one; nothing
    /// when all were taken after end().
    [[nodiscard]] std::optional<T> take_full() { return take(full_, ended_); }
    void give_back(T buffer) {
        tell([&] { spare_.push_back(std::move(buffer)); });
    }
    /// Nobody takes any more.
    void leave() {
        tell([&] {
            left_ = true;
            spare_.clear();
        });
    }

 private:
    /// The longest waiting of `from`; nothing when it is empty and `is_over`.
    std::optional<T> take(std::deque<T>& from, const bool& is_over) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return is_over || !from.empty(); });
        if (from.empty()) {
            return std::nullopt;
        }
        T buffer = std::move(from.front());
        from.pop_front();
        return buffer;
    }
    template <class Change>
    void tell(const Change& change) {
        {
            const std::lock_guard lock(mutex_);
            change();
        }
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> spare_;
    std::deque<T> full_;
    bool ended_ = false;
    bool left_ = false;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace ffdump {

/// Many threads post, one thread takes everything at once: one lock and one wake-up for a whole
/// burst of completions. Unbounded by itself; whoever posts is bounded by what was handed out.
template <class T>
class Mailbox {
 public:
    void post(T item) {
        // Under the lock: whoever takes the item may destroy the mailbox right after.
        const std::lock_guard lock(mutex_);
        items_.push_back(std::move(item));
        if (items_.size() == 1) {  // else the one thread that takes was told already
            ready_.notify_one();
        }
    }

    /// Swaps everything posted so far into `out` (cleared first); waits up to `wait` when there is
    /// nothing yet. Returns whether `out` holds anything.
    bool take_all(std::vector<T>& out, std::chrono::nanoseconds wait) {
        out.clear();
        std::unique_lock lock(mutex_);
        ready_.wait_for(lock, wait, [this] { return !items_.empty(); });
        out.swap(items_);
        return !out.empty();
    }

 private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<T> items_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ffdump {

enum class Turn : std::uint8_t { work, cancelled };

/// A few threads for reads that may block. Each job is called exactly once: in its turn, or with
/// Turn::cancelled by the destructor, which joins. Jobs must not throw. Thread-safe.
class ReadThreads {
 public:
    using Job = std::function<void(Turn)>;

    explicit ReadThreads(unsigned count);
    ~ReadThreads();
    ReadThreads(const ReadThreads&) = delete;
    ReadThreads& operator=(const ReadThreads&) = delete;

    void post(Job job);
    /// Ends all threads and cancels what waits; for owners whose jobs use what goes away earlier.
    void stop();

 private:
    void serve() noexcept;

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace ffdump

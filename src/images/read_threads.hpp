// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
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
    /// Gives `done` what `read` returns, or `interrupted` when it is cancelled. Answer is a Result.
    template <class Answer>
    void answer(std::function<Answer()> read, std::function<void(Answer)> done) {
        post([read = std::move(read), done = std::move(done)](Turn turn) {
            done(turn == Turn::work
                     ? read()
                     : Answer(failed(Reason::interrupted, "the read was cancelled")));
        });
    }
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

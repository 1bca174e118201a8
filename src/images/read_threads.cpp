// SPDX-License-Identifier: Apache-2.0
#include "read_threads.hpp"

#include <utility>

namespace ffdump {

ReadThreads::ReadThreads(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        threads_.emplace_back([this] { serve(); });
    }
}

ReadThreads::~ReadThreads() {
    stop();
}

void ReadThreads::stop() {
    std::deque<Job> unserved;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        unserved.swap(jobs_);
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
    for (const Job& job : unserved) {
        job(Turn::cancelled);
    }
}

void ReadThreads::post(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_) {
            jobs_.push_back(std::move(job));
            ready_.notify_one();
            return;
        }
    }
    job(Turn::cancelled);
}

void ReadThreads::serve() noexcept {
    while (true) {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) {
            return;
        }
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job(Turn::work);
    }
}

}  // namespace ffdump

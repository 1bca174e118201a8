// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/net/http.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// Collects the results of requests to a real transport and waits for them.
class HttpWaiter {
 public:
    /// Result number n belongs to the n-th call of done().
    HttpDone done() {
        const std::lock_guard lock(mutex_);
        results_.emplace_back(failed(Reason::internal_error, "not done"));
        return [this, index = results_.size() - 1](Result<HttpAnswer> result) {
            const std::lock_guard inner(mutex_);
            results_.at(index) = std::move(result);
            ++finished_;
            ready_.notify_all();
        };
    }

    /// Results of all requests; throws when they do not come within a minute.
    std::vector<Result<HttpAnswer>> wait() {
        std::unique_lock lock(mutex_);
        if (!ready_.wait_for(lock, std::chrono::minutes(1),
                             [this] { return finished_ >= results_.size(); })) {
            throw std::runtime_error("the transport did not end every request");
        }
        return results_;
    }

    /// Calls of done callbacks so far, more than one per request included.
    std::size_t finished() {
        const std::lock_guard lock(mutex_);
        return finished_;
    }

 private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<Result<HttpAnswer>> results_;
    std::size_t finished_ = 0;
};

/// Sends one request and waits for its end.
inline Result<HttpAnswer> fetch(HttpTransport& transport, HttpRequest request) {
    HttpWaiter waiter;
    transport.send(std::move(request), waiter.done());
    return waiter.wait().front();
}

inline Result<HttpAnswer> fetch(HttpTransport& transport, std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return fetch(transport, std::move(request));
}

}  // namespace ffdump

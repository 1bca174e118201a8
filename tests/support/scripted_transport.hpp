// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/net/http.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// HttpTransport that keeps what is sent and answers when the test says so, on the test's thread.
class ScriptedTransport final : public HttpTransport {
 public:
    void send(HttpRequest request, HttpDone done) override {
        sent.push_back(request);
        if (cancelled_) {
            done(failed(Reason::interrupted, "cancelled"));
            return;
        }
        waiting_.push_back(std::move(done));
    }

    void cancel_all() override {
        cancelled_ = true;
        while (waiting() != 0) {
            answer(failed(Reason::interrupted, "cancelled"));
        }
    }

    /// Ends the oldest request that waits.
    void answer(Result<HttpAnswer> result) {
        const HttpDone done = std::move(waiting_.front());
        waiting_.pop_front();
        done(std::move(result));
    }
    void answer(int status, std::string body, std::string content_type = {}) {
        HttpAnswer made;
        made.status = status;
        made.body = std::move(body);
        made.content_type = std::move(content_type);
        answer(Result<HttpAnswer>(std::move(made)));
    }

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    std::vector<HttpRequest> sent;  ///< every request ever, in order

 private:
    bool cancelled_ = false;
    std::deque<HttpDone> waiting_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ffdump {

/// Times of one transfer: what libcurl has no time-out for, and which time-out a text must name.
/// libcurl's own low-speed limit counts the wait for an answer as slow and would cut a service that
/// thinks for longer than 30 s, therefore it is kept here. Pure state, one thread.
class TransferWatch {
 public:
    static constexpr std::uint64_t kSlowBytesPerSecond = 1024;
    static constexpr std::chrono::seconds kSlowWindow{30};

    TransferWatch(const HttpTimeouts& timeouts, bool has_body) noexcept
        : timeouts_(timeouts), uploading_(has_body) {}

    /// A connection stands and the request goes out; again after a redirect or a resend.
    void connected(Clock::Instant now, bool has_body) noexcept;
    void uploaded(Clock::Instant now, std::size_t bytes, bool complete) noexcept;
    void received(Clock::Instant now, std::size_t bytes) noexcept;
    /// As received(), once has_answer().
    void received_more(std::size_t bytes) noexcept { window_bytes_ += bytes; }

    /// Why the transfer must be cut now: "no answer header within 30s", or nothing. To be asked at
    /// next_check() at the latest: each call also moves the window of the speed measurement.
    [[nodiscard]] std::optional<std::string> overdue(Clock::Instant now);
    [[nodiscard]] std::optional<Clock::Instant> next_check() const noexcept;

    /// Which of the time-outs that libcurl itself keeps has struck.
    [[nodiscard]] std::string curl_timeout_text() const;

    [[nodiscard]] bool is_connected() const noexcept { return connected_; }
    /// A request goes out, and not all of its body has yet.
    [[nodiscard]] bool is_uploading() const noexcept { return connected_ && uploading_; }
    [[nodiscard]] bool has_answer() const noexcept { return answered_; }

 private:
    [[nodiscard]] bool waits_for_answer() const noexcept { return !uploading_ && !answered_; }

    HttpTimeouts timeouts_;
    bool connected_ = false;
    bool uploading_ = false;
    bool answered_ = false;
    Clock::Instant asked_;  ///< when the last byte of the request went out
    Clock::Instant window_start_;
    std::uint64_t window_bytes_ = 0;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "transfer_watch.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

using std::chrono::milliseconds;

std::string time_text(milliseconds time) {
    return time.count() % 1000 == 0 ? fmt::format("{}s", time.count() / 1000)
                                    : fmt::format("{}ms", time.count());
}

}  // namespace

void TransferWatch::connected(Clock::Instant now, bool has_body) noexcept {
    connected_ = true;
    uploading_ = has_body;
    answered_ = false;
    asked_ = now;
    window_start_ = now;
    window_bytes_ = 0;
}

void TransferWatch::uploaded(Clock::Instant now, std::size_t bytes, bool complete) noexcept {
    window_bytes_ += bytes;
    if (complete) {
        uploading_ = false;
        asked_ = now;
    }
}

void TransferWatch::received(Clock::Instant now, std::size_t bytes) noexcept {
    if (!answered_) {
        answered_ = true;
        window_start_ = now;
        window_bytes_ = 0;
    }
    window_bytes_ += bytes;
}

std::optional<std::string> TransferWatch::overdue(Clock::Instant now) {
    if (!connected_) {
        return std::nullopt;
    }
    if (waits_for_answer()) {
        if (timeouts_.response_header.count() == 0 || now - asked_ < timeouts_.response_header) {
            return std::nullopt;
        }
        return fmt::format("no answer header within {}", time_text(timeouts_.response_header));
    }
    if (now - window_start_ < kSlowWindow) {
        return std::nullopt;
    }
    if (window_bytes_ < kSlowBytesPerSecond * static_cast<std::uint64_t>(kSlowWindow.count())) {
        return fmt::format("slower than 1 KiB/s for {}", time_text(kSlowWindow));
    }
    window_start_ = now;
    window_bytes_ = 0;
    return std::nullopt;
}

std::optional<Clock::Instant> TransferWatch::next_check() const noexcept {
    if (!connected_) {
        return std::nullopt;
    }
    if (!waits_for_answer()) {
        return window_start_ + kSlowWindow;
    }
    if (timeouts_.response_header.count() == 0) {
        return std::nullopt;
    }
    return asked_ + timeouts_.response_header;
}

std::string TransferWatch::curl_timeout_text() const {
    const bool connect_is_first =
        timeouts_.connect.count() != 0 &&
        (timeouts_.overall.count() == 0 || timeouts_.connect <= timeouts_.overall);
    if (!connected_ && connect_is_first) {
        return fmt::format("no connection within {}", time_text(timeouts_.connect));
    }
    return fmt::format("not finished within {}", time_text(timeouts_.overall));
}

}  // namespace ffdump

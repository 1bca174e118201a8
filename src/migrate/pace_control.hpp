// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rate_climber.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace ffdump {

/// What was known of a request when it was sent.
struct PacedRequest {
    Clock::Instant sent;
    std::size_t in_flight = 0;  ///< itself included
    std::size_t images = 1;
    bool is_full = true;  ///< no more images would have been sent
};

/// How many requests to one service are in flight and how many images are in each: fixed, or found
/// out. A rate is in_flight * images / latency, from requests that were sent when as many as
/// allowed were in flight, since others say nothing of the allowed number. Measured against
/// Gradient2, AIMD and Vespa's throttler in tests/bench/pace_bench.cpp. Pure state, no threads, no
/// I/O; the owner of the service's requests owns it.
class PaceControl {
 public:
    PaceControl(ClimbRange width, ClimbRange batch);

    [[nodiscard]] std::size_t width() const noexcept { return width_.value(); }
    [[nodiscard]] std::size_t batch() const noexcept { return batch_.value(); }

    void answered(const PacedRequest& request, Clock::Instant now);
    /// Any error that came for it; faulted() if it tells of an overload, or of more connections
    /// than ffdump itself may have.
    void failed(const PacedRequest& request, const Error& error, Clock::Instant now);
    /// The service is overloaded (429, 5xx, time-out). One fault alone changes nothing, since it
    /// may be an image's; with `asked_to_wait` (Retry-After) it does. Faults of requests that were
    /// under way when the width was cut are the same overload. Ends a trial of the other number,
    /// since that may be what was too much, and what it brings is not comparable any more.
    void faulted(const PacedRequest& request, bool asked_to_wait, Clock::Instant now);
    /// The service takes no request of so many images (413).
    void too_large(std::size_t images);

 private:
    struct Window {
        Clock::Instant since;
        std::size_t count = 0;
        double images = 0;
        double mean = 0;  ///< of the latency in seconds
        double squares = 0;
    };
    void judge();
    void begin_window(Clock::Instant now);
    [[nodiscard]] bool is_sure() const;

    RateClimber width_;
    RateClimber batch_;
    bool batch_turn_ = false;
    Window window_;
    double fault_share_ = 0;
    Clock::Instant last_cut_;
    bool has_ceiling_ = false;
    std::chrono::seconds ceiling_holds_{0};
};

}  // namespace ffdump

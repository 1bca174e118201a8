// SPDX-License-Identifier: Apache-2.0
#include "pace_control.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ffdump {
namespace {

/// Latencies of a window: at least, and so many at most however much they scatter.
constexpr std::size_t kFewest = 8;
constexpr std::size_t kMostTimes = 16;
constexpr std::size_t kMostTimesAtStart = 4;
/// Standard error of the mean latency at which it is believed, and at the start.
constexpr double kSure = 0.01;
constexpr double kSureEnough = 0.02;
/// Weight of the newest request in the share of faults, and the share that means overload: three
/// faults among seven requests, or four among twenty.
constexpr double kNewest = 1.0 / 16;
constexpr double kOverload = 0.15;
/// How long a width that was too much is not tried again; doubled each time it was.
constexpr std::chrono::seconds kFirstHold{30};
constexpr std::chrono::seconds kLongestHold{600};

}  // namespace

PaceControl::PaceControl(ClimbRange width, ClimbRange batch) : width_(width), batch_(batch) {}

void PaceControl::begin_window(Clock::Instant now) {
    window_ = Window{.since = now};
}

bool PaceControl::is_sure() const {
    const std::size_t least = std::max(kFewest, width_.value());
    if (window_.count < least) {
        return false;
    }
    const auto count = static_cast<double>(window_.count);
    const double error = std::sqrt(window_.squares / count / count);
    const bool is_starting = width_.is_starting() || batch_.is_starting();
    return error <= (is_starting ? kSureEnough : kSure) * window_.mean ||
           window_.count >= (is_starting ? kMostTimesAtStart : kMostTimes) * least;
}

void PaceControl::answered(const PacedRequest& request, Clock::Instant now) {
    fault_share_ -= kNewest * fault_share_;
    const bool counts = request.is_full && request.in_flight == width_.value() &&
                        request.sent >= window_.since && now > request.sent;
    if (!counts || (width_.is_fixed() && batch_.is_fixed())) {
        return;
    }
    if (has_ceiling_ && now - last_cut_ >= ceiling_holds_) {
        has_ceiling_ = false;
        width_.cap(std::numeric_limits<std::size_t>::max());
    }
    const double latency = std::chrono::duration<double>(now - request.sent).count();
    ++window_.count;
    window_.images += static_cast<double>(request.images);
    const double off = latency - window_.mean;
    window_.mean += off / static_cast<double>(window_.count);
    window_.squares += off * (latency - window_.mean);
    if (is_sure()) {
        judge();
        begin_window(now);
    }
}

void PaceControl::judge() {
    const double rate = static_cast<double>(width_.value()) *
                        (window_.images / static_cast<double>(window_.count)) / window_.mean;
    // One at a time, to its trial's end; what the other knew is measured anew before its own.
    if (!width_.is_trying() && !batch_.is_trying()) {
        batch_turn_ = !batch_turn_;
    } else {
        batch_turn_ = !width_.is_trying();
    }
    if (batch_.is_fixed() || (!batch_turn_ && !width_.is_fixed())) {
        width_.judge(rate);
    } else {
        batch_.judge(rate);
    }
}

void PaceControl::failed(const PacedRequest& request, const Error& error, Clock::Instant now) {
    const Reason reason = error.reason();
    if (reason == Reason::service_overloaded || reason == Reason::request_timed_out) {
        faulted(request, error.retry_after().has_value(), now);
    } else if (reason == Reason::out_of_descriptors) {
        // That comes of too many requests and never of an image.
        faulted(request, true, now);
    }
}

void PaceControl::faulted(const PacedRequest& request, bool asked_to_wait, Clock::Instant now) {
    fault_share_ += kNewest * (1 - fault_share_);
    const bool is_overload = asked_to_wait || fault_share_ > kOverload;
    if (!is_overload || request.sent < last_cut_) {
        return;
    }
    batch_.abandon();
    if (!width_.is_fixed()) {
        const std::size_t too_much = width_.value();
        width_.cut();
        width_.cap(std::max<std::size_t>(too_much, 2) - 1);
        ceiling_holds_ =
            ceiling_holds_.count() != 0 ? std::min(ceiling_holds_ * 2, kLongestHold) : kFirstHold;
        has_ceiling_ = true;
    }
    last_cut_ = now;
    fault_share_ = 0;
    begin_window(now);
}

void PaceControl::too_large(std::size_t images) {
    if (images > 1) {
        batch_.cap(std::min(batch_.value(), images / 2));
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/error.hpp"
#include "ffdump/base/random.hpp"

#include <chrono>
#include <optional>

namespace ffdump {

/// Figures of one gate; see RetrySettings for their source.
struct GateFigures {
    std::chrono::milliseconds base_delay{200};
    std::chrono::milliseconds max_delay{20000};
    std::chrono::milliseconds max_retry_after{120000};
    std::chrono::milliseconds probe_max{8000};
    std::chrono::milliseconds give_up_after{std::chrono::minutes(30)};  ///< 0 = never
    unsigned breaker_faults = 10;
};

/// Health of one service as its user sees it: back-off with full jitter, a breaker that lets single
/// probes through while the service is down, and the moment to give up. Pure state, no threads, no
/// I/O: the owner asks before each send and reports each outcome.
class ServiceGate {
 public:
    ServiceGate(GateFigures figures, Random random);

    /// Whether a request may go out now. While the breaker is open this is true for one request at
    /// a time (the probe), when its time has come and every earlier request has ended: otherwise
    /// the outcome of an old request would be taken for the probe's.
    [[nodiscard]] bool may_send(Clock::Instant now) const;
    /// Every request that goes out; each is followed by exactly one of the three below.
    void sent(Clock::Instant now);
    /// Any answer that shows a working service, a refusal of one image included.
    void succeeded(Clock::Instant now);
    /// A fault of the service; the error is kept for the message when giving up.
    void faulted(Clock::Instant now, const Error& error);
    /// Opens the breaker at once: what single requests say does not show that the service is down.
    void trip(Clock::Instant now, const Error& error);
    /// A request ended with neither verdict (cancelled).
    void ended(Clock::Instant now);

    /// Wait before attempt `attempt` (1 = first retry): uniform in 0..min(max, base * 2^attempt),
    /// at least `retry_after` (capped) when the service asked for it.
    [[nodiscard]] std::chrono::milliseconds delay(
        unsigned attempt, std::optional<std::chrono::milliseconds> retry_after);

    [[nodiscard]] bool is_open() const noexcept { return open_; }
    /// Whether the service has worked at all: before that, a fault is more likely a wrong setting.
    [[nodiscard]] bool has_succeeded() const noexcept { return has_succeeded_; }
    /// When may_send will next become true by itself, if the breaker is open. Nothing while a
    /// request is in flight: then its outcome comes first. Probes follow at 1, 2, 4 ... probe_max
    /// seconds, each shortened by up to a half by chance, never before the service's Retry-After.
    [[nodiscard]] std::optional<Clock::Instant> next_probe() const noexcept;
    /// Since when there has been no success; nothing while the service works.
    [[nodiscard]] std::optional<Clock::Instant> down_since() const noexcept { return down_since_; }
    /// The last fault once the service has been down for give_up_after.
    [[nodiscard]] std::optional<Error> given_up(Clock::Instant now) const;
    [[nodiscard]] const std::optional<Error>& last_fault() const noexcept { return last_fault_; }

 private:
    void schedule_probe(Clock::Instant now, std::optional<std::chrono::milliseconds> retry_after);
    [[nodiscard]] std::chrono::milliseconds capped(
        std::optional<std::chrono::milliseconds> retry_after) const;

    GateFigures figures_;
    Random random_;
    bool open_ = false;
    bool probing_ = false;
    bool has_succeeded_ = false;
    unsigned in_flight_ = 0;
    unsigned faults_in_row_ = 0;
    unsigned probes_ = 0;
    Clock::Instant next_probe_;
    std::optional<Clock::Instant> down_since_;
    std::optional<Error> last_fault_;
};

}  // namespace ffdump

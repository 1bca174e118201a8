// SPDX-License-Identifier: Apache-2.0
#include "ffdump/net/service_gate.hpp"

#include <algorithm>

namespace ffdump {
namespace {

using std::chrono::milliseconds;

/// base * 2^power, never over `most`.
milliseconds doubled(milliseconds base, unsigned power, milliseconds most) {
    milliseconds time = std::min(base, most);
    for (unsigned i = 0; i < power && time < most && time.count() > 0; ++i) {
        time = time > most / 2 ? most : time * 2;
    }
    return time;
}

milliseconds share(milliseconds time, double part) {
    return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * part));
}

constexpr milliseconds kFirstProbe{1000};

}  // namespace

ServiceGate::ServiceGate(GateFigures figures, Random random) : figures_(figures), random_(random) {}

bool ServiceGate::may_send(Clock::Instant now) const {
    return !open_ || (in_flight_ == 0 && now >= next_probe_);
}

void ServiceGate::sent(Clock::Instant) {
    ++in_flight_;
    probing_ = open_;
}

void ServiceGate::ended(Clock::Instant) {
    in_flight_ -= in_flight_ == 0 ? 0U : 1U;
    probing_ = false;
}

void ServiceGate::succeeded(Clock::Instant now) {
    has_succeeded_ = true;
    ended(now);
    open_ = false;
    faults_in_row_ = 0;
    probes_ = 0;
    down_since_.reset();
    last_fault_.reset();
}

void ServiceGate::faulted(Clock::Instant now, const Error& error) {
    const bool was_probe = probing_;
    ended(now);
    last_fault_ = error;
    if (!down_since_) {
        down_since_ = now;
    }
    ++faults_in_row_;
    const bool opens = !open_ && faults_in_row_ >= std::max(figures_.breaker_faults, 1U);
    open_ = open_ || opens;
    if (opens || was_probe) {
        schedule_probe(now, error.retry_after());
    }
}

void ServiceGate::trip(Clock::Instant now, const Error& error) {
    last_fault_ = error;
    down_since_ = down_since_.value_or(now);
    open_ = true;
    schedule_probe(now, std::nullopt);
}

void ServiceGate::schedule_probe(Clock::Instant now, std::optional<milliseconds> retry_after) {
    const milliseconds longest = doubled(kFirstProbe, probes_, figures_.probe_max);
    probes_ += probes_ < 63 ? 1U : 0U;
    // Half of it is certain, so that a service coming up is not met by a burst of probes.
    const milliseconds wait = share(longest, 0.5 + (random_.unit() / 2));
    next_probe_ = now + std::max(wait, capped(retry_after));
}

milliseconds ServiceGate::capped(std::optional<milliseconds> retry_after) const {
    return std::min(retry_after.value_or(milliseconds(0)), figures_.max_retry_after);
}

milliseconds ServiceGate::delay(unsigned attempt, std::optional<milliseconds> retry_after) {
    const milliseconds longest = doubled(figures_.base_delay, attempt, figures_.max_delay);
    return std::max(share(longest, random_.unit()), capped(retry_after));
}

std::optional<Clock::Instant> ServiceGate::next_probe() const noexcept {
    if (!open_ || in_flight_ != 0) {
        return std::nullopt;
    }
    return next_probe_;
}

std::optional<Error> ServiceGate::given_up(Clock::Instant now) const {
    const bool gives_up = figures_.give_up_after.count() != 0 && down_since_ &&
                          now - *down_since_ >= figures_.give_up_after;
    return gives_up ? last_fault_ : std::nullopt;
}

}  // namespace ffdump

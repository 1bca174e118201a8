// SPDX-License-Identifier: Apache-2.0
#include "service_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// A service that has never answered in this run is given this long.
constexpr std::chrono::seconds kFirstPatience{30};
constexpr std::chrono::seconds kReminder{30};
constexpr std::chrono::milliseconds kLongestSpan{std::chrono::seconds(30)};

}  // namespace

GateFigures gate_figures(const RetrySettings& retry) {
    return {.base_delay = retry.base_delay,
            .max_delay = retry.max_delay,
            .max_retry_after = retry.max_retry_after,
            .probe_max = retry.probe_max,
            .give_up_after = retry.give_up_after,
            .breaker_faults = retry.breaker_faults};
}

std::chrono::milliseconds hopeless_span(const RetrySettings& retry) {
    // The first waits are shorter than max_delay, and each is half of its longest on average.
    constexpr unsigned kShare = 4;
    return std::min(kLongestSpan, retry.max_delay * retry.attempts / kShare);
}

ServiceWatch::ServiceWatch(std::string name, const ServiceGate& gate,
                           std::chrono::milliseconds give_up_after, IsFinal refusal_is_final,
                           Log& log)
    : name_(std::move(name)),
      gate_(gate),
      give_up_after_(give_up_after),
      refusal_is_final_(std::move(refusal_is_final)),
      log_(log) {}

std::chrono::milliseconds ServiceWatch::patience() const {
    if (gate_.has_succeeded()) {
        return give_up_after_;
    }
    const std::chrono::milliseconds first = kFirstPatience;
    return give_up_after_.count() == 0 ? first : std::min(first, give_up_after_);
}

Result<void> ServiceWatch::check(Clock::Instant now) {
    const std::optional<Clock::Instant> since = gate_.down_since();
    if (!since) {
        if (was_down_) {
            log_.info(fmt::format("{} works again", name_));
        }
        was_down_ = false;
        last_word_.reset();
        return {};
    }
    const std::optional<Error>& fault = gate_.last_fault();
    const std::chrono::milliseconds limit = patience();
    const bool hopeless = !gate_.has_succeeded() && fault &&
                          fault->reason() == Reason::service_refuses && refusal_is_final_();
    if (fault && (hopeless || (limit.count() != 0 && now - *since >= limit))) {
        Error error = *fault;
        return failed(std::move(error).while_doing(
            fmt::format("waiting for {} for {}", name_, duration_text(now - *since))));
    }
    // One lost connection is no news; an open breaker is.
    if (gate_.is_open() && (!last_word_ || now - *last_word_ >= kReminder)) {
        last_word_ = now;
        was_down_ = true;
        log_.warning(waiting_text(now));
    }
    return {};
}

std::string ServiceWatch::waiting_text(Clock::Instant now) const {
    const std::optional<Clock::Instant> since = gate_.down_since();
    if (!since || !gate_.last_fault() || !gate_.is_open()) {
        return {};
    }
    const Error& fault = *gate_.last_fault();
    const std::chrono::milliseconds limit = patience();
    const std::string& url = fault.place().url;
    return fmt::format("waiting for {} since {}: {}{}{}{}", name_, duration_text(now - *since), url,
                       url.empty() ? "" : " ", fault.detail(),
                       limit.count() == 0 ? std::string()
                                          : fmt::format("; gives up after {} (--give-up-after)",
                                                        duration_text(limit)));
}

}  // namespace ffdump

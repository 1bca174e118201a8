// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include <chrono>
#include <utility>

// How a run ends before its time; what it does until then is in pipeline.cpp.

namespace ffdump {

/// While the run ends: a request is no longer in flight, and a batch that was answered counts.
void Pipeline::land(PipelineEvent event) {
    if (auto* image = std::get_if<ImageFetched>(&event)) {
        static_cast<void>(images_.fetched(std::move(*image), services_.clock.now()));
    } else if (auto* batch = std::get_if<BatchAnswered>(&event)) {
        extraction_.answered(std::move(*batch), services_.clock.now());
    }
}

/// Ends the run in an orderly way: nothing new starts, answers under way are waited for (shortly,
/// and only when stopping in peace), what is settled in order becomes durable.
Result<void> Pipeline::wind_down(Error cause) {
    feeder_.stop();
    const bool in_peace =
        cause.reason() == Reason::interrupted || cause.reason() == Reason::too_many_failures;
    const Clock::Instant deadline =
        services_.clock.now() + (in_peace ? options_.stop_within : std::chrono::milliseconds(0));
    bool cancelled = false;
    while (images_.in_flight() + extraction_.in_flight() != 0) {
        if (const Clock::Instant now = services_.clock.now(); now >= deadline && !cancelled) {
            services_.cancel();
            cancelled = true;
        }
        mailbox_.take_all(events_, kLongestWait);
        for (PipelineEvent& event : events_) {
            land(std::move(event));
        }
    }
    const bool is_told =
        cause.reason() == Reason::model_changed || cause.fault() == FaultClass::machine;
    if (guard_.doubt() && !is_told) {
        cause = model_.turn(services_.clock.now(), false).error();
    }
    const bool is_doubtful = cause.reason() == Reason::model_changed;
    if (Result<void> discarded = is_doubtful ? redo_.discard() : Result<void>(); !discarded) {
        return discarded;
    }
    // After a fault of the machine nothing more is written: the last commit stands.
    if (cause.fault() == FaultClass::machine || cause.fault() == FaultClass::trust ||
        untrue_file_) {
        return failed(std::move(cause));
    }
    if (cause.reason() == Reason::too_many_failures) {
        // The operator is told to look at them, but for those that may be a service's fault.
        images_.book_all();
        extraction_.health().book_all();
    }
    if (Result<void> kept = model_.write(); !kept) {
        return kept;
    }
    while (!window_.empty()) {
        Result<bool> whole = output_.write(*window_.front());
        if (!whole) {
            return failed(std::move(whole.error()));
        }
        if (!*whole) {
            break;
        }
        window_.pop_front();
    }
    Result<void> committed = commit(services_.clock.now());
    if (cause.reason() == Reason::too_many_failures && output_.records_failed() == failed_before_) {
        cause = Error(cause).hint(
            "none of them is listed yet, since records before them are not done or the cause may "
            "be a service; mend it, and the same command goes on");
    }
    return committed ? failed(std::move(cause)) : committed;
}

}  // namespace ffdump

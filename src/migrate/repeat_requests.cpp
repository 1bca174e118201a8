// SPDX-License-Identifier: Apache-2.0
#include "repeat_requests.hpp"

#include "doubled_facens.hpp"
#include "pipeline_limits.hpp"

#include "ffdump/record/facen.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kTick{100};

/// A sample is too small to find out how large its batches should be.
ClimbRange fixed_first(const ClimbRange& range) {
    return {.least = range.first, .most = range.first, .first = range.first};
}

}  // namespace

RepeatRequests::RepeatRequests(const Settings& settings, std::vector<ExtractionTarget> targets,
                               const RoundServices& services, Extractor& extractor, Taken taken)
    : limits_(extraction_limits(settings, {})),
      targets_(std::move(targets)),
      services_(services),
      extractor_(extractor),
      taken_(std::move(taken)),
      pace_(limits_.width, fixed_first(limits_.batch)),
      gate_(gate_figures(settings.retry), Random(services.random_seed)),
      watch_(extractor.describe(), gate_, settings.retry.give_up_after,
             ServiceWatch::FirstRefusal::is_final, services.log),
      filling_(targets_.size()) {}

Result<void> RepeatRequests::put(std::size_t lane, std::size_t number, SharedBytes image) {
    Batch& batch = filling_.at(lane);
    if (batch.bytes + image->size() > limits_.batch_bytes) {
        close(batch);
    }
    batch.lane = lane;
    batch.numbers.push_back(number);
    batch.bytes += image->size();
    batch.images.push_back(std::move(image));
    if (batch.images.size() >= pace_.batch()) {
        close(batch);
    }
    Result<void> stepped;
    while (stepped && (!ready_.empty() || delayed_.size() >= pace_.width())) {
        stepped = step();
    }
    return stepped;
}

Result<void> RepeatRequests::finish() {
    for (Batch& batch : filling_) {
        close(batch);
    }
    Result<void> stepped;
    while (stepped && !is_idle()) {
        stepped = step();
    }
    return stepped;
}

void RepeatRequests::close(Batch& batch) {
    if (!batch.images.empty()) {
        ready_.push_back(std::exchange(batch, {}));
    }
}

void RepeatRequests::abandon() {
    services_.cancel();
    drop_flights(*mailbox_, flying_);
}

bool RepeatRequests::has_room() const {
    const bool has_bytes =
        limits_.flying_bytes == 0 || flying_.empty() || flying_bytes_ < limits_.flying_bytes;
    return flying_.size() < pace_.width() && has_bytes;
}

Result<void> RepeatRequests::step() {
    if (services_.stop_signal.load() != 0) {
        return failed(Reason::interrupted, "interrupted while extracting the sample again");
    }
    const Clock::Instant now = services_.clock.now();
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        ready_.push_back(std::move(delayed_.begin()->second));
        delayed_.erase(delayed_.begin());
    }
    while (!ready_.empty() && has_room() && gate_.may_send(now)) {
        Batch batch = std::move(ready_.front());
        ready_.pop_front();
        send(std::move(batch), now);
    }
    // One that could be sent at once is not waited for.
    const bool is_waiting = !has_room() || ready_.empty() || gate_.is_open();
    std::vector<Answered> answers;
    if (is_waiting && !(flying_.empty() && delayed_.empty() && ready_.empty())) {
        mailbox_->take_all(answers, flying_.empty() ? std::chrono::milliseconds(5) : kTick);
    }
    const Result<void> taken =
        take_answers(answers, flying_, [this](Answered answer) { return take(std::move(answer)); });
    return taken.and_then([&] { return watch_.check(services_.clock.now()); });
}

void RepeatRequests::send(Batch batch, Clock::Instant now) {
    const std::uint64_t number = next_number_++;
    batch.answered_before = answered_;
    batch.paced = {.sent = now,
                   .in_flight = flying_.size() + 1,
                   .images = batch.images.size(),
                   .is_full = batch.images.size() == pace_.batch()};
    flying_bytes_ += batch.bytes;
    const ExtractionTarget& target = targets_[batch.lane];
    std::vector<SharedBytes> images = batch.images;
    flying_.emplace(number, std::move(batch));
    gate_.sent(now);
    extractor_.extract(target, std::move(images),
                       [mailbox = mailbox_, number](Result<std::vector<ExtractedFacen>> facens) {
                           mailbox->post({number, std::move(facens)});
                       });
}

Result<void> RepeatRequests::take(Answered answer) {
    const auto flight = flying_.find(answer.number);
    Batch batch = std::move(flight->second);
    flying_.erase(flight);
    flying_bytes_ -= batch.bytes;
    const Clock::Instant now = services_.clock.now();
    const bool is_fault = !answer.facens && answer.facens.error().fault() != FaultClass::record;
    if (batch.faults == 0) {
        first_attempts_.add(is_fault);
    }
    if (answer.facens) {
        gate_.succeeded(now);
        pace_.answered(batch.paced, now);
        ++answered_;
        take_facens(std::move(batch), std::move(*answer.facens));
        return {};
    }
    Error& error = answer.facens.error();
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        return failed(std::move(error));
    }
    if (is_fault) {
        take_fault(std::move(batch), error, now);
        return {};
    }
    gate_.succeeded(now);
    if (batch.images.size() > 1) {
        split(std::move(batch));
    } else {
        taken_(batch.lane, batch.numbers.front(), failed(std::move(error)), true);
    }
    return {};
}

void RepeatRequests::take_facens(Batch batch, std::vector<ExtractedFacen> facens) {
    doubt_doubles(batch.images, facens);
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
        ExtractedFacen& facen = facens.at(i);
        if (facen) {
            const Result<double> norm =
                check_facen(*facen, {.norm_tolerance = limits_.norm_tolerance});
            if (!norm) {
                facen = failed(norm.error());
            }
        }
        const bool may_be_the_batch = !batch.is_alone && !facen &&
                                      (facen.error().reason() == Reason::facen_invalid ||
                                       facen.error().reason() == Reason::extraction_rejected);
        if (may_be_the_batch) {
            ready_.push_back(alone(batch, i));
        } else {
            taken_(batch.lane, batch.numbers[i], std::move(facen), true);
        }
    }
}

void RepeatRequests::take_fault(Batch batch, const Error& error, Clock::Instant now) {
    gate_.faulted(now, error);
    if (error.reason() == Reason::service_overloaded ||
        error.reason() == Reason::request_timed_out) {
        pace_.faulted(batch.paced, error.retry_after().has_value(), now);
    }
    ++batch.faults;
    if (batch.faults < first_attempts_.hopeless_after(limits_.hopeless_faults) ||
        answered_ == batch.answered_before) {
        const Clock::Instant then = now + gate_.delay(batch.faults, error.retry_after());
        delayed_.emplace(then, std::move(batch));
    } else if (batch.images.size() > 1) {
        split(std::move(batch));
    } else {
        taken_(batch.lane, batch.numbers.front(), failed(error), false);
    }
}

void RepeatRequests::split(Batch batch) {
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
        ready_.push_back(alone(batch, i));
    }
}

RepeatRequests::Batch RepeatRequests::alone(const Batch& batch, std::size_t i) {
    Batch one;
    one.lane = batch.lane;
    one.numbers = {batch.numbers[i]};
    one.images = {batch.images[i]};
    one.bytes = batch.images[i]->size();
    one.is_alone = true;
    return one;
}

}  // namespace ffdump

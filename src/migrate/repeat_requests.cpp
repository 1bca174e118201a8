// SPDX-License-Identifier: Apache-2.0
#include "repeat_requests.hpp"

#include "ffdump/record/facen.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr unsigned kHopelessFaults = 9;  // as in a migration: others come, this one never does

}  // namespace

RepeatRequests::RepeatRequests(const Settings& settings, std::vector<ExtractionTarget> targets,
                               const RoundServices& services, Extractor& extractor, Taken taken)
    : settings_(settings),
      targets_(std::move(targets)),
      services_(services),
      extractor_(extractor),
      taken_(std::move(taken)),
      gate_(gate_figures(settings.retry), Random(services.random_seed)),
      watch_(extractor.describe(), gate_, settings.retry.give_up_after,
             ServiceWatch::FirstRefusal::is_final, services.log),
      filling_(targets_.size()) {}

Result<void> RepeatRequests::put(std::size_t lane, std::size_t number, SharedBytes image) {
    Batch& batch = filling_.at(lane);
    batch.lane = lane;
    batch.numbers.push_back(number);
    batch.images.push_back(std::move(image));
    if (batch.images.size() >= settings_.batch_size) {
        ready_.push_back(std::exchange(batch, {}));
    }
    Result<void> stepped;
    while (stepped && (!ready_.empty() || delayed_.size() >= settings_.workers)) {
        stepped = step();
    }
    return stepped;
}

Result<void> RepeatRequests::finish() {
    for (Batch& batch : filling_) {
        if (!batch.images.empty()) {
            ready_.push_back(std::exchange(batch, {}));
        }
    }
    Result<void> stepped;
    while (stepped && !is_idle()) {
        stepped = step();
    }
    return stepped;
}

void RepeatRequests::abandon() {
    services_.cancel();
    std::vector<Answered> answers;
    while (!flying_.empty()) {
        mailbox_->take_all(answers, std::chrono::seconds(1));
        for (const Answered& answer : answers) {
            flying_.erase(answer.number);
        }
    }
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
    while (!ready_.empty() && flying_.size() < settings_.workers && gate_.may_send(now)) {
        Batch batch = std::move(ready_.front());
        ready_.pop_front();
        send(std::move(batch), now);
    }
    // One that could be sent at once is not waited for.
    const bool is_waiting =
        flying_.size() >= settings_.workers || ready_.empty() || gate_.is_open();
    std::vector<Answered> answers;
    if (is_waiting && !(flying_.empty() && delayed_.empty() && ready_.empty())) {
        mailbox_->take_all(answers, flying_.empty() ? std::chrono::milliseconds(5) : kTick);
    }
    Result<void> taken;
    for (Answered& answer : answers) {
        if (!taken) {
            // Landed all the same: abandon() waits for those still under way.
            flying_.erase(answer.number);
            continue;
        }
        taken = take(std::move(answer));
    }
    return taken.and_then([&] { return watch_.check(services_.clock.now()); });
}

void RepeatRequests::send(Batch batch, Clock::Instant now) {
    const std::uint64_t number = next_number_++;
    batch.answered_before = answered_;
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
    const Clock::Instant now = services_.clock.now();
    if (answer.facens) {
        gate_.succeeded(now);
        ++answered_;
        take_facens(std::move(batch), std::move(*answer.facens));
        return {};
    }
    Error& error = answer.facens.error();
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        return failed(std::move(error));
    }
    if (error.fault() != FaultClass::record) {
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
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
        ExtractedFacen& facen = facens.at(i);
        if (facen) {
            const Result<double> norm =
                check_facen(*facen, {.norm_tolerance = settings_.norm_tolerance});
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
    ++batch.faults;
    if (batch.faults < kHopelessFaults || answered_ == batch.answered_before) {
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
    one.is_alone = true;
    return one;
}

}  // namespace ffdump

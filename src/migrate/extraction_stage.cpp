// SPDX-License-Identifier: Apache-2.0
#include "extraction_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ffdump {
namespace {

std::string wrong_dimension(std::size_t found, std::size_t wanted) {
    return wanted == 0 ? fmt::format("the facen has {} floats, and no second one agrees", found)
                       : fmt::format("the facen has {} floats in place of {}", found, wanted);
}

}  // namespace

ExtractionStage::ExtractionStage(Extractor& extractor, PipelineMailbox& mailbox,
                                 const MigrationPlan& plan, Limits limits, ServiceGate gate,
                                 ModelGuard& guard)
    : extractor_(extractor),
      mailbox_(mailbox),
      limits_(limits),
      gate_(std::move(gate)),
      guard_(guard) {
    for (const FilePlan& file : plan.files) {
        const auto same = [&file](const Lane& lane) { return lane.target == file.target; };
        const auto lane = std::ranges::find_if(lanes_, same);
        lane_of_file_.push_back(static_cast<std::size_t>(lane - lanes_.begin()));
        if (lane == lanes_.end()) {
            lanes_.push_back({file.target, {}, {}});
        }
        dimensions_.emplace_back(file.dimension);
    }
}

void ExtractionStage::add(ReadyImage image, Clock::Instant now) {
    Lane& lane = lanes_[lane_of_file_[image.ticket.work->file]];
    if (lane.images.empty()) {
        lane.oldest = now;
    }
    ++waiting_count_;
    waiting_bytes_ += image.bytes->size();
    lane.images.push_back(std::move(image));
}

void ExtractionStage::ask(CanaryRequest request) {
    Batch batch;
    batch.lane = request.lane;
    for (const std::size_t canary : request.which) {
        batch.images.push_back({{}, guard_.canaries()[canary].image});
    }
    batch.canaries = std::move(request);
    count_waiting(batch, 1);
    again_.push_front(std::move(batch));
}

void ExtractionStage::ask_more(std::optional<CanaryRequest> request) {
    if (request) {
        ask(std::move(*request));
    }
}

void ExtractionStage::pump(Clock::Instant now, bool more_coming) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        again_.push_back(std::move(delayed_.begin()->second));
        delayed_.erase(delayed_.begin());
    }
    while (flying_.size() < limits_.workers && gate_.may_send(now)) {
        std::optional<Batch> batch = next_batch(now, more_coming);
        if (!batch) {
            return;
        }
        send(std::move(*batch), now);
    }
}

std::optional<ExtractionStage::Batch> ExtractionStage::next_batch(Clock::Instant now,
                                                                  bool more_coming) {
    Batch batch;
    if (guard_.holds() && (again_.empty() || !again_.front().canaries)) {
        return std::nullopt;
    }
    if (!again_.empty()) {
        batch = std::move(again_.front());
        again_.pop_front();
    } else {
        const auto can_go = [this, now, more_coming](const Lane& lane) {
            return lane.images.size() >= limits_.batch_size ||
                   (!lane.images.empty() && (!more_coming || now - lane.oldest >= limits_.linger));
        };
        const auto lane = std::ranges::find_if(lanes_, can_go);
        if (lane == lanes_.end()) {
            return std::nullopt;
        }
        batch.lane = static_cast<std::size_t>(lane - lanes_.begin());
        const auto count = std::min(limits_.batch_size, lane->images.size());
        const auto end = lane->images.begin() + static_cast<std::ptrdiff_t>(count);
        batch.images.assign(std::make_move_iterator(lane->images.begin()),
                            std::make_move_iterator(end));
        lane->images.erase(lane->images.begin(), end);
        lane->oldest = now;
    }
    count_waiting(batch, -1);
    return batch;
}

/// Images of the batch come to those that wait (1) or leave them (-1).
void ExtractionStage::count_waiting(const Batch& batch, int sign) {
    std::size_t bytes = 0;
    for (const ReadyImage& image : batch.images) {
        bytes += image.bytes->size();
    }
    waiting_count_ += sign > 0 ? batch.images.size() : 0 - batch.images.size();
    waiting_bytes_ += sign > 0 ? bytes : 0 - bytes;
}

void ExtractionStage::requeue(Batch batch, std::optional<Clock::Instant> not_before) {
    count_waiting(batch, 1);
    if (not_before) {
        delayed_.emplace(*not_before, std::move(batch));
    } else {
        again_.push_back(std::move(batch));
    }
}

void ExtractionStage::send(Batch batch, Clock::Instant now) {
    std::vector<SharedBytes> images;
    images.reserve(batch.images.size());
    for (ReadyImage& image : batch.images) {
        ++image.ticket.attempts;
        images.push_back(image.bytes);
    }
    const std::uint64_t id = next_id_++;
    const ExtractionTarget& target = lanes_[batch.lane].target;
    flying_.emplace(id, Flight{std::move(batch), successes_});
    ++counters_.requests;
    gate_.sent(now);
    extractor_.extract(target, std::move(images),
                       [this, id](Result<std::vector<ExtractedFacen>> facens) {
                           mailbox_.post(BatchAnswered{id, std::move(facens)});
                       });
}

void ExtractionStage::answered(BatchAnswered event, Clock::Instant now) {
    const auto it = flying_.find(event.batch);
    if (it == flying_.end()) {
        return;
    }
    Flight flight = std::move(it->second);
    flying_.erase(it);
    if (event.facens) {
        ++successes_;
        gate_.succeeded(now);
        if (flight.batch.canaries) {
            ask_more(guard_.answered(*flight.batch.canaries, *event.facens));
            return;
        }
        settle(std::move(flight.batch), std::move(*event.facens));
    } else if (event.facens.error().fault() == FaultClass::record) {
        gate_.succeeded(now);
        if (flight.batch.canaries) {
            ask_more(guard_.refused(*flight.batch.canaries, event.facens.error()));
            return;
        }
        rejected(std::move(flight.batch), std::move(event.facens.error()));
    } else {
        fault(std::move(flight), event.facens.error(), now);
    }
}

void ExtractionStage::settle(Batch batch, std::vector<ExtractedFacen> facens) {
    // The whole answer votes before any facen of it is judged.
    std::vector<double> norms(batch.images.size());
    for (std::size_t i = 0; i < batch.images.size(); ++i) {
        ExtractedFacen& facen = facens.at(i);
        if (!facen) {
            continue;
        }
        if (Result<double> norm = check_facen(*facen, {.norm_tolerance = limits_.norm_tolerance});
            norm) {
            norms[i] = *norm;
            dimensions_.at(batch.images[i].ticket.work->file).add(facen->size());
        } else {
            facen = failed(std::move(norm.error()));
        }
    }
    for (std::size_t i = 0; i < batch.images.size(); ++i) {
        const Ticket& ticket = batch.images[i].ticket;
        ExtractedFacen& facen = facens.at(i);
        const std::size_t dimension = dimensions_.at(ticket.work->file).decided();
        if (facen && facen->size() == dimension) {
            ++counters_.extracted;
            guard_.extracted(batch.lane, ticket.span().id, batch.images[i].bytes, *facen);
            ticket.work->settle_changed(ticket.index, std::move(*facen), norms[i]);
            continue;
        }
        Error error = facen
                          ? Error(Reason::facen_invalid, wrong_dimension(facen->size(), dimension))
                          : std::move(facen.error());
        refuse(std::move(batch.images[i]), std::move(error), batch.alone, batch.lane);
    }
}

void ExtractionStage::refuse(ReadyImage image, Error error, bool alone, std::size_t lane) {
    // What may have come from the company in the batch is asked once more, alone.
    const Reason reason = error.reason();
    const bool ask_alone =
        !alone && (reason == Reason::facen_invalid || reason == Reason::extraction_rejected);
    if (ask_alone) {
        Batch batch;
        batch.lane = lane;
        batch.alone = true;
        batch.images.push_back(std::move(image));
        requeue(std::move(batch), std::nullopt);
        return;
    }
    image.ticket.work->settle_failed(image.ticket.index, std::move(error), image.ticket.attempts);
}

void ExtractionStage::rejected(Batch batch, Error error) {
    if (batch.images.size() > 1) {
        halve(std::move(batch));
        return;
    }
    const Ticket& ticket = batch.images.front().ticket;
    ticket.work->settle_failed(ticket.index, std::move(error), ticket.attempts);
}

void ExtractionStage::halve(Batch batch) {
    const auto middle = batch.images.begin() + static_cast<std::ptrdiff_t>(batch.images.size() / 2);
    Batch second;
    second.lane = batch.lane;
    second.images.assign(std::make_move_iterator(middle),
                         std::make_move_iterator(batch.images.end()));
    batch.images.erase(middle, batch.images.end());
    batch.faults = 0;
    requeue(std::move(batch), std::nullopt);
    requeue(std::move(second), std::nullopt);
}

void ExtractionStage::fault(Flight flight, const Error& error, Clock::Instant now) {
    Batch batch = std::move(flight.batch);
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        requeue(std::move(batch), now);
        return;
    }
    gate_.faulted(now, error);
    ++batch.faults;
    // Others are answered while this batch never is: then something in it does it.
    const bool others_answered = successes_ > flight.successes_before;
    if (batch.faults >= limits_.hopeless_faults && others_answered && !batch.canaries) {
        if (batch.images.size() > 1) {
            halve(std::move(batch));
            return;
        }
        const Ticket& ticket = batch.images.front().ticket;
        ticket.work->settle_failed(
            ticket.index,
            Error(Reason::extraction_rejected,
                  fmt::format("extraction-api failed {} times for this image while it answered "
                              "others: {}",
                              batch.faults, error.detail()))
                .at_url(error.place().url),
            ticket.attempts);
        return;
    }
    const Clock::Instant not_before = now + gate_.delay(batch.faults, error.retry_after());
    requeue(std::move(batch), not_before);
}

std::optional<Clock::Instant> ExtractionStage::next_timer(Clock::Instant now) const {
    std::optional<Clock::Instant> next;
    const auto earlier = [&next](Clock::Instant instant) {
        if (!next || instant < *next) {
            next = instant;
        }
    };
    if (waiting_count_ != 0 && gate_.next_probe()) {
        earlier(*gate_.next_probe());
    }
    if (!delayed_.empty()) {
        earlier(delayed_.begin()->first);
    }
    if (flying_.size() < limits_.workers && gate_.may_send(now) && !guard_.holds()) {
        for (const Lane& lane : lanes_) {
            if (!lane.images.empty()) {
                earlier(lane.oldest + limits_.linger);
            }
        }
    }
    return next;
}

}  // namespace ffdump

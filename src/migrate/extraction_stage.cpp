// SPDX-License-Identifier: Apache-2.0
#include "extraction_stage.hpp"

#include "doubled_facens.hpp"
#include "server_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

std::string wrong_dimension(std::size_t found, std::size_t wanted) {
    return wanted == 0 ? fmt::format("the facen has {} floats, and no second one agrees", found)
                       : fmt::format("the facen has {} floats in place of {}", found, wanted);
}

/// Faults of a batch, with nobody else answered, after which an image that must work is asked for.
constexpr unsigned kLonelyFaults = 3;

}  // namespace

ExtractionStage::ExtractionStage(Extractor& extractor, PipelineMailbox& mailbox,
                                 const MigrationPlan& plan, Limits limits, ServiceGate gate,
                                 ModelGuard& guard)
    : extractor_(extractor),
      mailbox_(mailbox),
      limits_(std::move(limits)),
      gate_(std::move(gate)),
      guard_(guard),
      pace_(limits_.width, limits_.batch),
      budget_(limits_.retry_share),
      queue_(plan, {pace_.batch(), limits_.batch_bytes}, limits_.linger),
      health_(queue_.lanes(), gate_, guard_, limits_.accepted, limits_.norm_tolerance),
      flying_of_lane_(queue_.lanes()) {
    for (const FilePlan& file : plan.files) {
        dimensions_.emplace_back(file.dimension);
    }
}

void ExtractionStage::pump(Clock::Instant now, ImageSupply supply) {
    pumped_ = now;
    queue_.wake(now);
    for (ImageBatch& look : health_.looks(now)) {
        queue_.put_first(std::move(look));
    }
    while (has_room() && gate_.may_send(now)) {
        std::optional<ImageBatch> batch = next_batch(now, supply);
        if (!batch) {
            return;
        }
        if (batch->look && !extractor_.serves(batch->look_at)) {
            health_.looked_in_vain(batch->lane, now);
            continue;
        }
        send(std::move(*batch), now);
        // What was sent has made room.
        supply = supply == ImageSupply::held_up ? ImageSupply::coming : supply;
    }
}

Awaited ExtractionStage::awaited() const {
    Awaited awaited;
    for (const auto& [id, flight] : flying_) {
        // A canary among the images is of no record.
        const auto whose = std::ranges::find_if(flight.batch.images, [](const ReadyImage& image) {
            return image.ticket.work != nullptr;
        });
        awaited.note(flight.paced.sent, whose == flight.batch.images.end()
                                            ? std::nullopt
                                            : std::optional(whose->ticket));
    }
    return awaited;
}

bool ExtractionStage::has_room() const {
    const bool has_bytes =
        limits_.flying_bytes == 0 || flying_.empty() || flying_bytes_ < limits_.flying_bytes;
    return flying_.size() < pace_.width() && has_bytes;
}

std::optional<ImageBatch> ExtractionStage::next_batch(Clock::Instant now, ImageSupply supply) {
    if (guard_.holds()) {
        return queue_.next_check();
    }
    queue_.set_batch_size(pace_.batch());
    std::optional<ImageBatch> batch =
        queue_.next(now, {.supply = supply,
                          .may_retry = budget_.may_retry(false),
                          .is_alone = flying_.empty(),
                          .is_held = [this](std::size_t lane) { return is_held(lane); }});
    if (batch && batch->is_new) {
        add_sentinel(*batch);
    }
    return batch;
}

/// Until its canaries are known a target gets one request at a time: then every answer to it is one
/// that canaries come from, or that carries one.
bool ExtractionStage::is_held(std::size_t lane) const {
    return health_.holds(lane) || (flying_of_lane_[lane] != 0 && guard_.wants(lane));
}

void ExtractionStage::send(ImageBatch batch, Clock::Instant now) {
    const std::size_t server = choose_server(batch, extractor_, guard_);
    std::vector<SharedBytes> images;
    images.reserve(batch.images.size());
    if (batch.faults == 0) {
        budget_.sent();
        batch.telling_faults = TellingFaults(successes_);
    } else if (!gate_.is_open()) {
        budget_.sent_again();
    }
    const PacedRequest paced{.sent = now,
                             .in_flight = flying_.size() + 1,
                             .images = batch.images.size(),
                             .is_full = batch.is_new && batch.is_full};
    std::size_t bytes = 0;
    batch.is_new = false;
    flying_of_lane_[batch.lane] += batch.is_check() ? 0U : 1U;
    for (ReadyImage& image : batch.images) {
        ++image.ticket.attempts;
        image.ticket.server = server;
        bytes += image.bytes->size();
        images.push_back(image.bytes);
    }
    const std::uint64_t id = next_id_++;
    const ExtractionTarget& target = queue_.target(batch.lane);
    flying_.emplace(id, Flight{std::move(batch), paced, bytes, server});
    flying_bytes_ += bytes;
    ++counters_.requests;
    gate_.sent(now);
    extractor_.extract_by(server, target, std::move(images),
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
    flying_bytes_ -= flight.bytes;
    if (event.facens) {
        pace_.answered(flight.paced, now);
    } else {
        pace_.failed(flight.paced, event.facens.error(), now);
    }
    flying_of_lane_[flight.batch.lane] -= flight.batch.is_check() ? 0U : 1U;
    const bool is_service_fault =
        !event.facens && event.facens.error().fault() != FaultClass::record;
    if (!is_service_fault && flight.batch.faults == 0) {
        first_attempts_.add(false);
    }
    if (is_service_fault) {
        fault(std::move(flight), event.facens.error(), now);
    } else if (flight.batch.is_check()) {
        checked(flight, event.facens, now);
    } else if (event.facens) {
        ++successes_;
        judge_sentinel(flight, *event.facens, now);
        worked(now);
        settle(std::move(flight), std::move(*event.facens));
    } else {
        worked(now);
        rejected(std::move(flight.batch), std::move(event.facens.error()));
    }
}

/// When both halves of a refused batch are taken, it was its size that was refused.
void ExtractionStage::note_half(const ImageBatch& batch, bool is_refused) {
    if (!batch.half_of) {
        return;
    }
    ImageBatch::Refusal& refusal = *batch.half_of;
    --refusal.open_halves;
    refusal.by_an_image = refusal.by_an_image || is_refused;
    if (refusal.open_halves == 0 && !refusal.by_an_image) {
        pace_.too_large(refusal.images);
    }
}

void ExtractionStage::settle(Flight flight, std::vector<ExtractedFacen> facens) {
    ImageBatch batch = std::move(flight.batch);
    const FacenSource from{flight.server, extractor_.returns(flight.server)};
    note_half(batch, false);
    batch.half_of.reset();
    if (!batch.sentinel && guard_.is_unproven()) {
        // Sent before there were canaries; which model answered nobody knows.
        queue_.put_back(std::move(batch), std::nullopt);
        return;
    }
    static_cast<void>(batch.take_sentinel(&facens));
    batch.sentinel.reset();
    if (guard_.doubt()) {
        // The run ends with this; nothing of the answer may be used.
        queue_.put_back(std::move(batch), std::nullopt);
        return;
    }
    doubt_doubles(batch.images, facens);
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
            guard_.extracted(batch.lane, ticket.span().id, batch.images[i].bytes, *facen, from);
            health_.passed(batch.lane, batch.images[i].bytes, *facen);
            if (on_facen_) {
                on_facen_(ticket, *facen);
                ticket.work->for_each_twin(ticket.index, [&](BlockWork& work, std::uint32_t at) {
                    on_facen_({&work, at, 0}, *facen);
                });
            }
            ticket.work->settle_changed(ticket.index, *facen, norms[i]);
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
        ImageBatch batch;
        batch.lane = lane;
        batch.alone = true;
        batch.images.push_back(std::move(image));
        queue_.put_back(std::move(batch), std::nullopt);
        return;
    }
    health_.failed(lane, image.ticket, std::move(error));
}

void ExtractionStage::rejected(ImageBatch batch, Error error) {
    note_half(batch, true);
    const bool was_half = std::exchange(batch.half_of, nullptr) != nullptr;
    if (batch.images.size() > 1) {
        halve(std::move(batch));
        return;
    }
    // Refused once only: whatever stands before the service may have had a bad moment.
    if (!was_half && !std::exchange(batch.alone, true)) {
        queue_.put_back(std::move(batch), std::nullopt);
        return;
    }
    health_.failed(batch.lane, batch.images.front().ticket, std::move(error));
}

void ExtractionStage::halve(ImageBatch batch) {
    static_cast<void>(batch.take_sentinel(nullptr));
    batch.sentinel.reset();
    if (batch.images.size() > 1) {
        queue_.put_back_halves(std::move(batch));
    } else {
        batch.alone = true;
        queue_.put_back(std::move(batch), std::nullopt);
    }
}

void ExtractionStage::fault(Flight flight, const Error& error, Clock::Instant now) {
    ImageBatch batch = std::move(flight.batch);
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        queue_.put_back(std::move(batch), now);
        return;
    }
    gate_.faulted(now, error);
    // Of ffdump's own machine: neither of the service nor of what is in the batch.
    const bool is_own = error.fault() == FaultClass::machine;
    if (batch.faults == 0 && !is_own) {
        first_attempts_.add(true);
    }
    ++batch.faults;
    // Others are answered while this batch never is: then something in it does it. What failed
    // while nobody was answered says nothing.
    const bool is_telling = is_own || batch.telling_faults.add(successes_);
    if (batch.is_check() ||
        batch.telling_faults.count() < first_attempts_.hopeless_after(limits_.hopeless_faults)) {
        if (!is_telling && !batch.is_check() && batch.faults >= kLonelyFaults) {
            health_.look_at(batch.lane, flight.server);
        }
        const Clock::Instant not_before = now + gate_.delay(batch.faults, error.retry_after());
        queue_.put_back(std::move(batch), not_before);
        return;
    }
    if (batch.images.size() > 1) {
        halve(std::move(batch));
        return;
    }
    health_.failed(batch.lane, batch.images.front().ticket,
                   Error(Reason::extraction_rejected,
                         fmt::format("extraction-api failed {} times for this image while it "
                                     "answered others: {}",
                                     batch.faults, error.detail()))
                       .at_url(error.place().url));
}

std::optional<Clock::Instant> ExtractionStage::next_timer(Clock::Instant now) const {
    std::optional<Clock::Instant> next = queue_.next_delayed();
    const auto earlier = [&next](const std::optional<Clock::Instant>& instant) {
        if (instant && (!next || *instant < *next)) {
            next = instant;
        }
    };
    if (queue_.count() != 0 || health_.wants_look()) {
        // One whose time had come before the last pump had nothing to send: what there is waits for
        // a time of its own, and is not to be waited for by turning.
        const std::optional<Clock::Instant> probe = gate_.next_probe();
        earlier(probe > pumped_ ? probe : std::nullopt);
    }
    if (has_room() && gate_.may_send(now) && !guard_.holds()) {
        earlier(queue_.next_linger([this](std::size_t lane) { return is_held(lane); }));
    }
    return next;
}

}  // namespace ffdump

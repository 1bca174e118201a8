// SPDX-License-Identifier: Apache-2.0
#include "image_stage.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

/// Weight of the newest image in the running average of sizes.
constexpr double kNewest = 0.05;

bool was_interrupted(const Result<Image>& image) {
    return !image && image.error().reason() == Reason::interrupted;
}

}  // namespace

ImageStage::ImageStage(ImageStore& store, PipelineMailbox& mailbox, Limits limits, ServiceGate gate,
                       KnownImages known)
    : store_(store),
      sources_(store.sources()),
      mailbox_(mailbox),
      limits_(std::move(limits)),
      gate_(std::move(gate)),
      pace_(limits_.width, {1, 1, 1}),
      budget_(limits_.retry_share),
      failures_(limits_.accepted),
      known_(std::move(known)) {}

void ImageStage::pump(Clock::Instant now, std::size_t ready_bytes, std::size_t ready_count) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        retries_.push_back(delayed_.begin()->second);
        delayed_.erase(delayed_.begin());
    }
    if (is_in_doubt()) {
        look(now);
        return;
    }
    while (!(queue_.empty() && retries_.empty()) && flying_.size() < pace_.width() &&
           gate_.may_send(now) && has_room(ready_bytes, ready_count)) {
        const std::optional<Ticket> ticket = take_next();
        if (!ticket) {
            return;
        }
        start(*ticket, now);
    }
}

bool ImageStage::has_room(std::size_t ready_bytes, std::size_t ready_count) const {
    const auto expected =
        static_cast<std::size_t>(static_cast<double>(flying_.size() + 1) * average_bytes_);
    const bool nothing_under_way = flying_.empty() && ready_count == 0;
    return ready_bytes + expected <= limits_.ready_bytes || nothing_under_way;
}

ImageSupply ImageStage::supply(std::size_t ready_bytes, std::size_t ready_count) const {
    if (!flying_.empty()) {
        return ImageSupply::coming;
    }
    if (queue_.empty() && retries_.empty()) {
        return ImageSupply::ended;
    }
    return has_room(ready_bytes, ready_count) ? ImageSupply::coming : ImageSupply::held_up;
}

Awaited ImageStage::awaited() const {
    Awaited awaited;
    for (const auto& [fetch, flight] : flying_) {
        awaited.note(flight.paced.sent,
                     flight.look.empty() ? std::optional(flight.ticket) : std::nullopt);
    }
    return awaited;
}

std::optional<Ticket> ImageStage::take_next() {
    const bool may_retry = budget_.may_retry(flying_.empty() && queue_.empty());
    std::deque<Ticket>& from = may_retry && !retries_.empty() ? retries_ : queue_;
    if (from.empty()) {
        return std::nullopt;  // retries alone, which wait for their budget
    }
    if (&from == &queue_) {
        budget_.sent();
    } else if (!gate_.is_open()) {
        budget_.sent_again();
    }
    const Ticket ticket = from.front();
    from.pop_front();
    return ticket;
}

void ImageStage::start(Ticket ticket, Clock::Instant now) {
    Result<std::string> normalized_id = ticket.work->block.text(ticket.span().normalized_id);
    if (!normalized_id) {
        ticket.work->settle_failed(
            ticket.index, Error(Reason::image_id_invalid, "normalized_id is not a valid string"),
            0);
        return;
    }
    const std::uint64_t fetch = next_fetch_++;
    if (ticket.attempts++ == 0) {
        ticket.others_then = successes_;
    }
    const PacedRequest paced{.sent = now, .in_flight = flying_.size() + 1};
    flying_.emplace(fetch, Flight{ticket, std::nullopt, {}, paced});
    gate_.sent(now);
    store_.fetch(std::move(*normalized_id), [this, fetch](Result<Image> image) {
        mailbox_.post(ImageFetched{fetch, std::move(image)});
    });
}

std::optional<ReadyImage> ImageStage::fetched(ImageFetched event, Clock::Instant now) {
    const auto it = flying_.find(event.fetch);
    if (it == flying_.end()) {
        return std::nullopt;
    }
    const Flight flight = it->second;
    flying_.erase(it);
    if (!flight.look.empty()) {
        looked(flight, event.image, now);
        return std::nullopt;
    }
    if (flight.suspicion) {
        probed(flight, event.image, now);
        return std::nullopt;
    }
    if (event.image) {
        pace_.answered(flight.paced, now);
    } else {
        pace_.failed(flight.paced, event.image.error(), now);
    }
    if (flight.ticket.attempts == 1 && !was_interrupted(event.image)) {
        first_attempts_.add(!event.image && event.image.error().fault() != FaultClass::record);
    }
    if (event.image) {
        ++successes_;
        failures_.passed();
        if (known_.first().empty()) {
            known_.came(
                flight.ticket.work->block.text(flight.ticket.span().normalized_id).value_or(""));
        }
        gate_.succeeded(now);
        const auto bytes = static_cast<double>(event.image->bytes->size());
        average_bytes_ += kNewest * (bytes - average_bytes_);
        if (sources_.size() > 1) {
            flight.ticket.work->set_source(flight.ticket.index, sources_.at(event.image->source));
        }
        return ReadyImage{flight.ticket, std::move(event.image->bytes)};
    }
    if (const Reason reason = event.image.error().reason();
        reason_info(reason).fault == FaultClass::record) {
        // An id that is refused before the storage is asked says nothing about the storage.
        const bool was_asked =
            reason != Reason::image_id_invalid && reason != Reason::image_url_not_allowed;
        if (was_asked) {
            gate_.succeeded(now);
        } else {
            gate_.ended(now);
        }
        fail(flight.ticket, std::move(event.image.error()));
        return std::nullopt;
    }
    fault(flight, event.image.error(), now);
    return std::nullopt;
}

void ImageStage::fault(const Flight& flight, const Error& error, Clock::Instant now) {
    Ticket ticket = flight.ticket;
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        delayed_.emplace(now, ticket);
        return;
    }
    gate_.faulted(now, error);
    // Others come while this one never does: then it is this image, not the storage.
    const bool others_came = std::exchange(ticket.others_then, successes_) != successes_;
    ticket.telling_faults += others_came ? 1U : 0U;
    ticket.lonely_faults = others_came ? 0U : ticket.lonely_faults + 1;
    const unsigned enough = first_attempts_.hopeless_after(limits_.hopeless_faults);
    if (others_came && ticket.telling_faults >= enough) {
        give_up(ticket, error);
    } else if (ticket.telling_faults + ticket.lonely_faults >= enough && flying_.empty() &&
               !known_.first().empty()) {
        // There are no others left to come.
        probe(ticket, error, now);
    } else {
        delayed_.emplace(now + gate_.delay(ticket.attempts, error.retry_after()), ticket);
    }
}

void ImageStage::give_up(const Ticket& ticket, const Error& error) {
    fail(ticket,
         Error(Reason::image_unreadable,
               fmt::format("the storage failed {} times for this image while it served others: {}",
                           ticket.attempts, error.detail()))
             .at_url(error.place().url));
}

void ImageStage::fail(const Ticket& ticket, Error error) {
    // The image is asked for the model guard's sake alone: the record has its facen.
    if (ticket.work->fates[ticket.index].has_prior) {
        ticket.work->settle_prior(ticket.index);
        return;
    }
    failures_.add(ticket, std::move(error));
}

void ImageStage::look(Clock::Instant now) {
    if (is_looking_ || verdict_ || !gate_.may_send(now)) {
        return;
    }
    std::optional<std::string> id = known_.next();
    if (!id) {
        none_came(now);
        return;
    }
    is_looking_ = true;
    const std::uint64_t fetch = next_fetch_++;
    flying_.emplace(fetch, Flight{{}, std::nullopt, *id, {.sent = now}});
    gate_.sent(now);
    store_.fetch(std::move(*id), [this, fetch](Result<Image> image) {
        mailbox_.post(ImageFetched{fetch, std::move(image)});
    });
}

void ImageStage::looked(const Flight& flight, const Result<Image>& image, Clock::Instant now) {
    is_looking_ = false;
    if (image) {
        ++successes_;
        gate_.succeeded(now);
        known_.came(flight.look);
        known_.restart();
        if (!std::exchange(is_down_, false)) {
            failures_.book();
            return;
        }
        for (const Ticket& ticket : failures_.take_back()) {
            queue_.push_front(ticket);
        }
        return;
    }
    const Error& error = image.error();
    if (error.fault() == FaultClass::record || error.reason() == Reason::interrupted) {
        gate_.ended(now);  // says nothing yet: the next known image does
        return;
    }
    gate_.faulted(now, error);
    known_.restart();
}

/// Every known image is missing as well.
void ImageStage::none_came(Clock::Instant now) {
    const bool has_ever_come = successes_ != 0;
    Error error = Error(Reason::failure_pattern,
                        fmt::format("{}, and {}", failures_.pattern_text(),
                                    has_ever_come ? "images that came before do not come now"
                                                  : "no other image of the dump comes either"))
                      .at_url(store_.describe());
    if (!has_ever_come) {
        const std::string_view reason = reason_name(failures_.pattern()->reason());
        verdict_ = std::move(error).hint(
            fmt::format("check where normalized_storage points to; if the images really are gone, "
                        "add --accept-failures {}",
                        reason));
        return;
    }
    is_down_ = true;
    gate_.trip(now, error);
    known_.restart();
}

void ImageStage::probe(const Ticket& ticket, Error suspicion, Clock::Instant now) {
    const std::uint64_t fetch = next_fetch_++;
    flying_.emplace(fetch, Flight{ticket, std::move(suspicion), {}, {.sent = now}});
    gate_.sent(now);
    store_.fetch(known_.first(), [this, fetch](Result<Image> image) {
        mailbox_.post(ImageFetched{fetch, std::move(image)});
    });
}

void ImageStage::probed(const Flight& flight, const Result<Image>& image, Clock::Instant now) {
    if (image) {
        ++successes_;
        gate_.succeeded(now);
        give_up(flight.ticket, *flight.suspicion);
        return;
    }
    const Error& error = image.error();
    Ticket ticket = flight.ticket;
    if (reason_info(error.reason()).fault == FaultClass::record) {
        // It is gone since: the next image that comes takes its place.
        known_.forget_first();
        gate_.succeeded(now);
    } else if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
    } else {
        gate_.faulted(now, error);
        ticket.lonely_faults = 0;  // it was the storage
    }
    delayed_.emplace(now + gate_.delay(ticket.attempts, error.retry_after()), ticket);
}

std::optional<Clock::Instant> ImageStage::next_timer() const {
    std::optional<Clock::Instant> next = gate_.next_probe();
    if (is_in_doubt()) {
        return is_looking_ ? std::nullopt : next;
    }
    if (queue_.empty() && retries_.empty() && delayed_.empty()) {
        next.reset();
    }
    if (!delayed_.empty() && (!next || delayed_.begin()->first < *next)) {
        next = delayed_.begin()->first;
    }
    return next;
}

}  // namespace ffdump

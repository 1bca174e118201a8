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
      failures_(limits_.accepted,
                [this](const Ticket& ticket, Error error) { doubt(ticket, std::move(error)); }),
      known_(std::move(known)) {}

void ImageStage::pump(Clock::Instant now, std::size_t ready_bytes, std::size_t ready_count) {
    latest_ = now;
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        retries_.push_back(delayed_.begin()->second);
        delayed_.erase(delayed_.begin());
    }
    if (is_in_doubt()) {
        look(now);
        return;
    }
    while (!(queue_.empty() && retries_.empty() && denied_.empty()) &&
           flying_.size() < pace_.width() && gate_.may_send(now) &&
           has_room(ready_bytes, ready_count)) {
        const std::optional<Asked> next = take_next(now);
        if (!next) {
            return;
        }
        start(*next, now);
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
                     flight.look.empty() ? std::optional(flight.asked.ticket) : std::nullopt);
    }
    return awaited;
}

std::optional<ImageStage::Asked> ImageStage::take_next(Clock::Instant now) {
    // These answer to no fault of the storage, and so cost nothing of the budget.
    if (!denied_.empty() && denied_.begin()->first <= now) {
        const Asked asked = std::move(denied_.begin()->second);
        denied_.erase(denied_.begin());
        return asked;
    }
    if (budget_.may_retry(flying_.empty() && queue_.empty()) && !retries_.empty()) {
        if (!gate_.is_open()) {
            budget_.sent_again();
        }
        const Asked asked = retries_.front();
        retries_.pop_front();
        return asked;
    }
    if (queue_.empty()) {
        return std::nullopt;  // retries alone, which wait for their budget
    }
    budget_.sent();
    const Ticket ticket = queue_.front();
    queue_.pop_front();
    return Asked(ticket, successes_);
}

void ImageStage::start(Asked asked, Clock::Instant now) {
    Ticket& ticket = asked.ticket;
    Result<std::string> normalized_id = ticket.work->block.text(ticket.span().normalized_id);
    if (!normalized_id) {
        ticket.work->settle_failed(
            ticket.index, Error(Reason::image_id_invalid, "normalized_id is not a valid string"),
            0);
        return;
    }
    const std::uint64_t fetch = next_fetch_++;
    ++ticket.attempts;
    const PacedRequest paced{.sent = now, .in_flight = flying_.size() + 1};
    flying_.emplace(fetch, Flight{asked, std::nullopt, {}, paced});
    gate_.sent(now);
    store_.fetch(std::move(*normalized_id), [this, fetch](Result<Image> image) {
        mailbox_.post(ImageFetched{fetch, std::move(image)});
    });
}

std::optional<ReadyImage> ImageStage::fetched(ImageFetched event, Clock::Instant now) {
    latest_ = now;
    const auto it = flying_.find(event.fetch);
    if (it == flying_.end()) {
        return std::nullopt;
    }
    const Flight flight = it->second;
    const Ticket& ticket = flight.asked.ticket;
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
    if (ticket.attempts == 1 && !was_interrupted(event.image)) {
        first_attempts_.add(!event.image && event.image.error().fault() != FaultClass::record);
    }
    if (event.image) {
        came(flight.asked, now);
        const auto bytes = static_cast<double>(event.image->bytes->size());
        average_bytes_ += kNewest * (bytes - average_bytes_);
        if (sources_.size() > 1) {
            ticket.work->set_source(ticket.index, sources_.at(event.image->source));
        }
        return ReadyImage{ticket, std::move(event.image->bytes)};
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
        fail(flight.asked, std::move(event.image.error()));
        return std::nullopt;
    }
    fault(flight.asked, event.image.error(), now);
    return std::nullopt;
}

void ImageStage::came(const Asked& asked, Clock::Instant now) {
    ++successes_;
    failures_.passed();
    asked.denials == 0 ? denials_.first(false) : denials_.again(false);
    if (known_.first().empty()) {
        const Ticket& ticket = asked.ticket;
        known_.came(ticket.work->block.text(ticket.span().normalized_id).value_or(""));
    }
    gate_.succeeded(now);
}

void ImageStage::fault(Asked asked, const Error& error, Clock::Instant now) {
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        delayed_.emplace(now, asked);
        return;
    }
    gate_.faulted(now, error);
    asked.faults.add(successes_);
    const unsigned enough = first_attempts_.hopeless_after(limits_.hopeless_faults);
    if (asked.faults.count() >= enough) {
        // Others come while this one never does: then it is this image, not the storage.
        give_up(asked, error);
    } else if (asked.ticket.attempts >= enough && flying_.empty() && !known_.first().empty()) {
        // There are no others left to come, so that one is asked for that came before.
        probe(asked, error, now);
    } else {
        delayed_.emplace(now + gate_.delay(asked.ticket.attempts, error.retry_after()), asked);
    }
}

void ImageStage::give_up(const Asked& asked, const Error& error) {
    fail(asked,
         Error(Reason::image_unreadable,
               fmt::format("the storage failed {} times for this image while it served others: {}",
                           asked.faults.count(), error.detail()))
             .at_url(error.place().url));
}

void ImageStage::fail(const Asked& asked, Error error) {
    const Ticket& ticket = asked.ticket;
    // The image is asked for the model guard's sake alone: the record has its facen.
    if (ticket.work->fates[ticket.index].has_prior) {
        ticket.work->settle_prior(ticket.index);
        return;
    }
    const bool is_denied = DenialShare::may_pass(error.reason());
    if (asked.denials != 0) {
        denials_.again(is_denied);
        deny(asked, std::move(error));
        return;
    }
    denials_.first(is_denied);
    failures_.add(ticket, std::move(error));
}

void ImageStage::doubt(const Ticket& ticket, Error error) {
    deny(Asked(ticket, successes_), std::move(error));
}

void ImageStage::deny(Asked asked, Error error) {
    ++asked.denials;
    if (!DenialShare::may_pass(error.reason()) || asked.denials >= denials_.enough()) {
        FailureHold::settle(asked.ticket, std::move(error));
        return;
    }
    asked.denial = std::make_shared<const Error>(std::move(error));
    denied_.emplace(latest_ + gate_.delay(asked.denials, std::nullopt), std::move(asked));
}

void ImageStage::book_all() {
    failures_.book();
    for (auto& [due, asked] : std::exchange(denied_, {})) {
        FailureHold::settle(asked.ticket, *asked.denial);
    }
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
    flying_.emplace(fetch, Flight{Asked({}, 0), std::nullopt, *id, {.sent = now}});
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

void ImageStage::probe(const Asked& asked, Error suspicion, Clock::Instant now) {
    const std::uint64_t fetch = next_fetch_++;
    flying_.emplace(fetch, Flight{asked, std::move(suspicion), {}, {.sent = now}});
    gate_.sent(now);
    store_.fetch(known_.first(), [this, fetch](Result<Image> image) {
        mailbox_.post(ImageFetched{fetch, std::move(image)});
    });
}

void ImageStage::probed(const Flight& flight, const Result<Image>& image, Clock::Instant now) {
    std::optional<std::chrono::milliseconds> retry_after = flight.suspicion->retry_after();
    if (image) {
        // The next fault of the record's image tells against it.
        ++successes_;
        gate_.succeeded(now);
    } else if (image.error().fault() == FaultClass::record) {
        // It is gone since: the next image that comes takes its place.
        known_.forget_first();
        gate_.succeeded(now);
    } else if (image.error().reason() == Reason::interrupted) {
        gate_.ended(now);
    } else {
        gate_.faulted(now, image.error());
        retry_after = image.error().retry_after();
    }
    delayed_.emplace(now + gate_.delay(flight.asked.ticket.attempts, retry_after), flight.asked);
}

std::optional<Clock::Instant> ImageStage::next_timer() const {
    std::optional<Clock::Instant> next = gate_.next_probe();
    if (is_in_doubt()) {
        return is_looking_ ? std::nullopt : next;
    }
    if (queue_.empty() && retries_.empty() && delayed_.empty() && denied_.empty()) {
        next.reset();
    }
    for (const auto* waiting : {&delayed_, &denied_}) {
        if (!waiting->empty() && (!next || waiting->begin()->first < *next)) {
            next = waiting->begin()->first;
        }
    }
    return next;
}

}  // namespace ffdump

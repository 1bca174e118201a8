// SPDX-License-Identifier: Apache-2.0
#include "image_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// Weight of the newest image in the running average of sizes.
constexpr double kNewest = 0.05;

/// So many probes are images that have not been asked for yet, where none ever came: they cost no
/// request more. The next ones are from all over the dump, since the first may all fail.
constexpr unsigned kNewProbes = 2;

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
      health_(
          gate_, std::move(known),
          FailureHold(limits_.accepted, [this](const Ticket& ticket,
                                               Error error) { doubt(ticket, std::move(error)); }),
          store.describe()) {}

void ImageStage::pump(Clock::Instant now, std::size_t ready_bytes, std::size_t ready_count) {
    latest_ = now;
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        retries_.push_back(delayed_.begin()->second);
        delayed_.erase(delayed_.begin());
    }
    if (health_.is_in_doubt()) {
        look(now);
        return;
    }
    if (!gate_.is_open()) {
        probes_ = 0;
    } else if (is_idle() || !gate_.may_send(now) || !probe(now)) {
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
                     flight.known.empty() ? std::optional(flight.asked.ticket) : std::nullopt);
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
    // While the storage is down one that has not failed yet says more.
    const bool is_new_better = gate_.is_open() && !queue_.empty();
    if (!is_new_better && budget_.may_retry(flying_.empty() && queue_.empty()) &&
        !retries_.empty()) {
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
    Ticket ticket = queue_.front();
    queue_.pop_front();
    ticket.is_given_up = false;  // it is asked for from the beginning
    return Asked(ticket, health_.came());
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
    // A second question is none: how often it is put depends on what others were answered, also
    // before a process ended, and the list of failures must not.
    ticket.attempts += asked.denials == 0 ? 1U : 0U;
    const PacedRequest paced{.sent = now, .in_flight = flying_.size() + 1};
    flying_.emplace(fetch, Flight{.asked = asked, .known = {}, .paced = paced});
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
    if (flight.is_look) {
        health_.looked(flight.known, event.image, now);
        for (const Ticket& returned : health_.take_returned()) {
            queue_.push_front(returned);
        }
        return std::nullopt;
    }
    if (!flight.known.empty()) {
        probed(flight, event.image, now);
        return std::nullopt;
    }
    if (event.image) {
        pace_.answered(flight.paced, now);
    } else {
        pace_.failed(flight.paced, event.image.error(), now);
    }
    if (ticket.attempts == 1 && flight.asked.denials == 0) {
        note_first_attempt(event.image);
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
    denials_.answered(asked.denials, false);
    health_.came(asked.ticket, now);
}

/// What is interrupted, or was never sent for want of a descriptor, says nothing of the storage.
void ImageStage::note_first_attempt(const Result<Image>& image) {
    if (image || image.error().fault() == FaultClass::record) {
        first_attempts_.add(false);
    } else if (image.error().fault() == FaultClass::service) {
        first_attempts_.add(true);
    }
}

void ImageStage::fault(Asked asked, const Error& error, Clock::Instant now) {
    if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
        delayed_.emplace(now, asked);
        return;
    }
    gate_.faulted(now, error);
    if (error.fault() != FaultClass::machine) {
        asked.faults.add(health_.came());
        asked.failing_since = asked.failing_since.value_or(now);
    }
    if (is_hopeless(asked, now)) {
        // Others come while this one never does: then it is this image, not the storage.
        give_up(asked, error);
        return;
    }
    if (is_alone(asked)) {
        // There are no others left to come, so that a known one is asked for.
        if (std::optional<std::string> known = health_.probes().next()) {
            ask_for_known({.asked = asked, .known = std::move(*known), .suspicion = error}, now);
            return;
        }
    }
    delayed_.emplace(now + gate_.delay(asked.ticket.attempts, error.retry_after()), asked);
}

bool ImageStage::is_hopeless(const Asked& asked, Clock::Instant now) const {
    return asked.faults.count() >= first_attempts_.hopeless_after(limits_.hopeless_faults) &&
           now - asked.failing_since.value_or(now) >= limits_.hopeless_span;
}

/// It was asked for often enough by itself. Sooner where no image has come yet: the storage has
/// little time then to show that it works.
bool ImageStage::is_alone(const Asked& asked) const {
    const unsigned enough = first_attempts_.hopeless_after(limits_.hopeless_faults);
    return flying_.empty() && !gate_.is_open() &&
           asked.ticket.attempts >=
               (health_.has_known() ? enough : std::min(enough, StorageProbes::kFirstAttempts));
}

void ImageStage::give_up(Asked asked, const Error& error) {
    asked.ticket.is_given_up = true;
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
    const bool is_denied = DenialShare::may_pass(error.reason()) && !ticket.is_given_up;
    if (asked.denials == 0 || !ticket.is_given_up) {
        denials_.answered(asked.denials, is_denied);
    }
    if (asked.denials == 0) {
        health_.failures().add(ticket, std::move(error));
        return;
    }
    deny(asked, std::move(error));
}

void ImageStage::doubt(const Ticket& ticket, Error error) {
    deny(Asked(ticket, health_.came()), std::move(error));
}

void ImageStage::deny(Asked asked, Error error) {
    ++asked.denials;
    // One that was given up has been asked for often enough.
    if (asked.ticket.is_given_up || !DenialShare::may_pass(error.reason()) ||
        asked.denials >= denials_.enough()) {
        FailureHold::settle(asked.ticket, std::move(error));
        return;
    }
    asked.denial = std::make_shared<const Error>(std::move(error));
    denied_.emplace(latest_ + gate_.delay(asked.denials, std::nullopt), std::move(asked));
}

void ImageStage::book_all() {
    if (is_doubtful()) {
        return;
    }
    health_.failures().book();
    for (auto& [due, asked] : std::exchange(denied_, {})) {
        FailureHold::settle(asked.ticket, *asked.denial);
    }
}

void ImageStage::look(Clock::Instant now) {
    if (std::optional<std::string> known = health_.look(now)) {
        ask_for_known({.asked = Asked({}, 0), .known = std::move(*known), .is_look = true}, now);
    }
}

bool ImageStage::probe(Clock::Instant now) {
    ++probes_;
    if (!health_.has_known() && !queue_.empty() && probes_ <= kNewProbes) {
        return true;
    }
    std::optional<std::string> known = health_.probes().next();
    if (known) {
        ask_for_known({.asked = Asked({}, 0), .known = std::move(*known)}, now);
    }
    return !known;
}

void ImageStage::ask_for_known(Flight flight, Clock::Instant now) {
    const std::uint64_t fetch = next_fetch_++;
    std::string id = flight.known;
    flight.paced.sent = now;
    flying_.emplace(fetch, std::move(flight));
    gate_.sent(now);
    store_.fetch(std::move(id), [this, fetch](Result<Image> image) {
        mailbox_.post(ImageFetched{fetch, std::move(image)});
    });
}

void ImageStage::probed(const Flight& flight, const Result<Image>& image, Clock::Instant now) {
    // It shows how the storage does as a record's first request does; of an outage the first alone,
    // since an outage is one event however long it is.
    if (probes_ <= 1) {
        note_first_attempt(image);
    }
    health_.probes().answered(flight.known, image, now);
    if (flight.suspicion) {
        std::optional<std::chrono::milliseconds> retry_after = flight.suspicion->retry_after();
        if (!image && image.error().retry_after()) {
            retry_after = image.error().retry_after();
        }
        // The next fault of the record's image tells against it if this one came.
        delayed_.emplace(now + gate_.delay(flight.asked.ticket.attempts, retry_after),
                         flight.asked);
    }
}

std::optional<Clock::Instant> ImageStage::next_timer() const {
    std::optional<Clock::Instant> next = gate_.next_probe();
    if (health_.is_in_doubt()) {
        return health_.is_looking() ? std::nullopt : next;
    }
    if (is_idle()) {
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

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/image_round.hpp"

#include "denial_share.hpp"
#include "fault_share.hpp"
#include "landed_answers.hpp"
#include "round_records.hpp"
#include "service_watch.hpp"
#include "storage_probes.hpp"

#include "ffdump/base/mailbox.hpp"
#include "ffdump/net/service_gate.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

struct Question {
    RoundRecord record;
    TellingFaults faults;
    std::optional<Clock::Instant> failing_since = std::nullopt;
    unsigned attempts = 0;
    unsigned denials = 0;  ///< so often the storage said that it does not have it
    /// Normalized id of an image that is asked for in the record's place: is it the storage?
    std::string known = {};
    bool has_record = true;  ///< otherwise `known` alone is asked for, since the breaker is open
};

struct Answered {
    std::uint64_t number = 0;
    Result<Image> image;  ///< without bytes when only presence was asked for
};

class Round {
 public:
    Round(const Settings& settings, RoundSource& records, const RoundOptions& options,
          const RoundServices& services, RoundTaker& taker, KnownImages known)
        : options_(options),
          services_(services),
          taker_(taker),
          records_(records),
          gate_(gate_figures(settings.retry), Random(services.random_seed)),
          watch_(
              "the image storage at " + services.images.describe(), gate_,
              settings.retry.give_up_after, [] { return true; }, services.log),
          width_(settings.fetches == 0 ? settings.adaptive.fetches_most : settings.fetches),
          most_attempts_(settings.retry.attempts),
          least_span_(hopeless_span(settings.retry)),
          probes_(gate_, std::move(known)) {
        progress_.phase = options.phase;
        progress_.total = records.total();
    }

    Result<void> run() {
        Result<void> result;
        while (result && !is_done()) {
            result = step();
        }
        if (!result) {
            services_.cancel();
            drop_flights(*mailbox_, flying_);
        }
        return result;
    }

 private:
    /// Images that wait to be asked for again, before no further ones are asked for.
    static constexpr std::size_t kMostDenied = 4096;

    [[nodiscard]] bool is_done() const {
        return ended_ && flying_.empty() && delayed_.empty() && denied_.empty();
    }

    Result<void> step() {
        if (services_.stop_signal.load() != 0) {
            return failed(Reason::interrupted, "the round was stopped by a signal");
        }
        if (Result<void> asked = ask(); !asked) {
            return asked;
        }
        constexpr std::chrono::milliseconds kTick{100};
        std::vector<Answered> answers;
        if (!flying_.empty() || !delayed_.empty() || !denied_.empty()) {
            mailbox_->take_all(answers, flying_.empty() ? std::chrono::milliseconds(5) : kTick);
        }
        if (Result<void> taken = take_answers(
                answers, flying_, [this](Answered answer) { return take(std::move(answer)); });
            !taken) {
            return taken;
        }
        progress_.done =
            records_.passed() - std::min<std::uint64_t>(records_.passed(), flying_.size());
        progress_.waiting_for = watch_.waiting_text(services_.clock.now());
        services_.observer.progress(progress_);
        return watch_.check(services_.clock.now());
    }

    Result<void> ask() {
        const Clock::Instant now = services_.clock.now();
        while (flying_.size() < width_ && gate_.may_send(now)) {
            if (gate_.is_open() && !is_done() && probe(now)) {
                return {};
            }
            if (std::optional<Question> due = take_due(now)) {
                send(std::move(*due), now);
                continue;
            }
            if (ended_ || delayed_.size() >= width_ || denied_.size() >= kMostDenied) {
                return {};
            }
            Result<std::optional<RoundRecord>> record = records_.next();
            if (!record) {
                return failed(std::move(record).error());
            }
            if (!record->has_value()) {
                ended_ = true;
                return {};
            }
            if (taker_.wants(**record)) {
                send({.record = std::move(**record), .faults = TellingFaults(probes_.came())}, now);
            }
        }
        return {};
    }

    /// The storage is down, and images that failed may fail for good: a known one tells more.
    bool probe(Clock::Instant now) {
        std::optional<std::string> known = probes_.next();
        if (!known) {
            return false;
        }
        Question question{
            .record = {}, .faults = TellingFaults(probes_.came()), .failing_since = {}};
        question.known = std::move(*known);
        question.has_record = false;
        send(std::move(question), now);
        return true;
    }

    std::optional<Question> take_due(Clock::Instant now) {
        for (auto* waiting : {&delayed_, &denied_}) {
            if (!waiting->empty() && waiting->begin()->first <= now) {
                return std::move(waiting->extract(waiting->begin()).mapped());
            }
        }
        return std::nullopt;
    }

    void send(Question question, Clock::Instant now) {
        const std::uint64_t number = next_number_++;
        const bool is_probe = !question.known.empty();
        const std::string id = is_probe ? question.known : question.record.normalized_id;
        question.attempts += is_probe ? 0U : 1U;
        flying_.emplace(number, std::move(question));
        gate_.sent(now);
        // Shared: the storage's thread may still be leaving post() when the answer is here already.
        if (options_.aim == RoundAim::bytes) {
            services_.images.fetch(id, [mailbox = mailbox_, number](Result<Image> image) {
                mailbox->post({number, std::move(image)});
            });
        } else {
            services_.images.check(id, [mailbox = mailbox_, number](Result<void> there) {
                mailbox->post({number, std::move(there).map([] { return Image(); })});
            });
        }
    }

    Result<void> take(Answered answer) {
        const auto flight = flying_.find(answer.number);
        Question question = std::move(flight->second);
        flying_.erase(flight);
        const Clock::Instant now = services_.clock.now();
        if (!question.known.empty()) {
            probed(std::move(question), answer.image, now);
            return {};
        }
        if (answer.image) {
            gate_.succeeded(now);
            const std::uint64_t found = probes_.count();
            denials_.answered(question.denials, false);
            if (!probes_.has_known()) {
                probes_.known().came(question.record.normalized_id, found);
            }
            return taker_.found(question.record,
                                options_.aim == RoundAim::bytes ? &*answer.image : nullptr);
        }
        const Error& error = answer.image.error();
        if (error.fault() == FaultClass::record) {
            const bool was_asked = error.reason() != Reason::image_id_invalid &&
                                   error.reason() != Reason::image_url_not_allowed;
            was_asked ? gate_.succeeded(now) : gate_.ended(now);
            return denied(std::move(question), error, now);
        }
        return fault(std::move(question), error, now);
    }

    /// A storage that has it all the same says so when it is asked once more.
    Result<void> denied(Question question, const Error& error, Clock::Instant now) {
        const bool may_pass = DenialShare::may_pass(error.reason());
        denials_.answered(question.denials, may_pass);
        if (may_pass && ++question.denials < denials_.enough()) {
            denied_.emplace(now + gate_.delay(question.denials, std::nullopt), std::move(question));
            return {};
        }
        ++progress_.failed;
        return taker_.missed(question.record, error);
    }

    Result<void> fault(Question question, const Error& error, Clock::Instant now) {
        if (error.reason() == Reason::interrupted) {
            gate_.ended(now);
            delayed_.emplace(now, std::move(question));
            return {};
        }
        gate_.faulted(now, error);
        if (error.fault() != FaultClass::machine) {
            question.faults.add(probes_.came());
            question.failing_since = question.failing_since.value_or(now);
        }
        if (question.faults.count() >= most_attempts_ &&
            now - question.failing_since.value_or(now) >= least_span_) {
            ++progress_.failed;
            return taker_.missed(question.record,
                                 Error(Reason::image_unreadable,
                                       "the storage fails for this image while it serves others: " +
                                           error.detail()));
        }
        if (std::optional<std::string> known =
                is_alone(question) ? probes_.next() : std::optional<std::string>()) {
            question.known = std::move(*known);
        }
        delayed_.emplace(now + gate_.delay(question.attempts, error.retry_after()),
                         std::move(question));
        return {};
    }

    /// It was asked for often, and no others come that could tell whether it is the storage. Sooner
    /// where no image has come yet: the storage has little time then to show that it works.
    [[nodiscard]] bool is_alone(const Question& question) const {
        const unsigned enough = probes_.has_known()
                                    ? most_attempts_
                                    : std::min(most_attempts_, StorageProbes::kFirstAttempts);
        const bool no_others_come = ended_ || delayed_.size() + 1 >= width_;
        return question.attempts >= enough && flying_.empty() && no_others_come;
    }

    void probed(Question question, const Result<Image>& image, Clock::Instant now) {
        const std::string known = std::exchange(question.known, {});
        probes_.answered(known, image, now);
        // The next fault of the record's image tells against it if this one came.
        if (question.has_record) {
            delayed_.emplace(now, std::move(question));
        }
    }

    const RoundOptions& options_;
    const RoundServices& services_;
    RoundTaker& taker_;
    RoundSource& records_;
    ServiceGate gate_;
    ServiceWatch watch_;
    std::size_t width_;
    unsigned most_attempts_;
    std::chrono::milliseconds least_span_;
    StorageProbes probes_;
    std::shared_ptr<Mailbox<Answered>> mailbox_ = std::make_shared<Mailbox<Answered>>();
    Flights<Question> flying_;
    std::multimap<Clock::Instant, Question> delayed_;
    std::multimap<Clock::Instant, Question> denied_;  ///< to be asked for again
    DenialShare denials_;
    std::uint64_t next_number_ = 0;
    bool ended_ = false;
    Progress progress_;
};

}  // namespace

Result<void> image_round(const Settings& settings, const MigrationPlan& plan,
                         const RoundOptions& options, const RoundServices& services,
                         RoundTaker& taker) {
    RoundRecords records(
        services.files, plan,
        {.record_bytes = settings.limits.record_bytes, .depth = settings.limits.depth},
        options.most_of_a_gallery);
    return Round(settings, records, options, services, taker, KnownImages(plan)).run();
}

Result<void> image_round(const Settings& settings, RoundSource& source, const RoundOptions& options,
                         const RoundServices& services, RoundTaker& taker) {
    return Round(settings, source, options, services, taker, KnownImages(MigrationPlan{})).run();
}

}  // namespace ffdump

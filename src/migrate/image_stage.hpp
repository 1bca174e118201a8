// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "denial_share.hpp"
#include "failure_hold.hpp"
#include "fault_share.hpp"
#include "image_supply.hpp"
#include "pace_control.hpp"
#include "pipeline_events.hpp"
#include "retry_budget.hpp"
#include "stall_watch.hpp"
#include "storage_health.hpp"

#include "ffdump/net/service_gate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ffdump {

/// Fetches images ahead of the extraction: a bounded number at a time, a bounded number of bytes
/// waiting. Faults of the storage are waited out; while it is down it is asked for images that are
/// known to be there, since those of records may fail for good. Failures of records are held back
/// until it is clear that they are the records' own: when they form a pattern nothing more is
/// fetched until StorageHealth has judged it. What is missing or no image without a pattern is
/// asked for once more before that is believed. Lives on the pipeline's thread.
class ImageStage {
 public:
    struct Limits {
        ClimbRange width{48, 48, 48};         ///< fetches in flight
        std::size_t ready_bytes = 8U << 20U;  ///< fetched and not yet sent, an aim
        unsigned hopeless_faults = 9;         ///< of one image at least, between which others come
        std::chrono::milliseconds hopeless_span{0};  ///< ... and so long at least
        double retry_share = 0.1;                    ///< share of fetches that may be retries
        std::vector<Reason> accepted{};  ///< failures that are booked without a question
    };

    ImageStage(ImageStore& store, PipelineMailbox& mailbox, Limits limits, ServiceGate gate,
               KnownImages known);

    void add(Ticket ticket) { queue_.push_back(ticket); }
    /// Starts what may be started. `ready_bytes` and `ready_count`: images waiting for extraction.
    void pump(Clock::Instant now, std::size_t ready_bytes, std::size_t ready_count);
    /// The image when it came; otherwise the record was settled or will be asked for again.
    [[nodiscard]] std::optional<ReadyImage> fetched(ImageFetched event, Clock::Instant now);

    [[nodiscard]] bool is_idle() const noexcept {
        return queue_.empty() && retries_.empty() && flying_.empty() && delayed_.empty() &&
               denied_.empty();
    }
    [[nodiscard]] std::size_t in_flight() const noexcept { return flying_.size(); }
    /// Whether what waits for extraction will become more.
    [[nodiscard]] ImageSupply supply(std::size_t ready_bytes, std::size_t ready_count) const;
    [[nodiscard]] Awaited awaited() const;
    [[nodiscard]] ServiceGate& gate() noexcept { return gate_; }
    [[nodiscard]] std::optional<Clock::Instant> next_timer() const;
    [[nodiscard]] FailureHold& failures() noexcept { return health_.failures(); }
    /// Whether failures that it knows of may be the storage's: there is a pattern, or it denied
    /// images that came later.
    [[nodiscard]] bool is_doubtful() const {
        return health_.is_in_doubt() || denials_.is_doubtful();
    }
    /// Believes every failure that it knows of, without another question; none while in doubt.
    void book_all();
    /// Why the run cannot go on: a pattern from the start, and no image of the dump comes.
    [[nodiscard]] const std::optional<Error>& verdict() const noexcept { return health_.verdict(); }

 private:
    /// A record whose image is asked for, or is to be asked for again.
    struct Asked {
        Asked(const Ticket& whose, std::uint64_t others) : ticket(whose), faults(others) {}

        Ticket ticket;
        TellingFaults faults;
        std::optional<Clock::Instant> failing_since;
        unsigned denials = 0;  ///< so often the storage said that it does not have it ...
        std::shared_ptr<const Error> denial;  ///< ... set when it did: what it said last
    };
    struct Flight {
        Asked asked;  ///< for no record when another image is asked for, unless `suspicion` is set
        std::string known;  ///< normalized id of the other image that is asked for
        /// Set when that is asked for in the record's place: what the record's failed with.
        std::optional<Error> suspicion = std::nullopt;
        bool is_look = false;  ///< it is asked for because of a pattern
        PacedRequest paced = {};
    };

    /// Asks for another image in place of a record's, or because of a pattern.
    void ask_for_known(Flight flight, Clock::Instant now);
    /// While the breaker is open. Whether a record has to be asked for, since there is no other.
    [[nodiscard]] bool probe(Clock::Instant now);
    void probed(const Flight& flight, const Result<Image>& image, Clock::Instant now);
    void give_up(Asked asked, const Error& error);
    void fail(const Asked& asked, Error error);
    /// What failed without a pattern: to be asked for again, unless another answer cannot come.
    void doubt(const Ticket& ticket, Error error);
    void deny(Asked asked, Error error);
    void look(Clock::Instant now);
    [[nodiscard]] bool is_hopeless(const Asked& asked, Clock::Instant now) const;
    [[nodiscard]] bool is_alone(const Asked& asked) const;
    void note_first_attempt(const Result<Image>& image);
    /// For one image more of the usual size; for one at any rate when nothing else is there.
    [[nodiscard]] bool has_room(std::size_t ready_bytes, std::size_t ready_count) const;
    void start(Asked asked, Clock::Instant now);
    void came(const Asked& asked, Clock::Instant now);
    [[nodiscard]] std::optional<Asked> take_next(Clock::Instant now);
    void fault(Asked asked, const Error& error, Clock::Instant now);

    ImageStore& store_;
    std::vector<std::string> sources_;  ///< counted when there are several; fates point to them
    PipelineMailbox& mailbox_;
    Limits limits_;
    ServiceGate gate_;
    PaceControl pace_;
    RetryBudget budget_;
    std::deque<Ticket> queue_;
    std::deque<Asked> retries_;  ///< after a fault of the storage
    std::unordered_map<std::uint64_t, Flight> flying_;
    std::multimap<Clock::Instant, Asked> delayed_;
    std::multimap<Clock::Instant, Asked> denied_;  ///< to be asked for again
    DenialShare denials_;
    unsigned probes_ = 0;      ///< since the breaker opened
    Clock::Instant latest_{};  ///< when the stage was last called
    std::uint64_t next_fetch_ = 0;
    FaultShare first_attempts_;
    StorageHealth health_;
    double average_bytes_ = 32.0 * 1024.0;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch_queue.hpp"
#include "block_work.hpp"
#include "dimension_vote.hpp"
#include "extraction_health.hpp"
#include "fault_share.hpp"
#include "model_guard.hpp"
#include "pace_control.hpp"
#include "pipeline_events.hpp"
#include "retry_budget.hpp"
#include "stall_watch.hpp"

#include "ffdump/migrate/migration_plan.hpp"
#include "ffdump/net/service_gate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ffdump {

/// Keeps as many extraction requests in flight as PaceControl says and settles records by the
/// answers. A batch that is refused as a whole is halved until the culprit is alone; after a fault
/// of the service a batch stays a batch and is asked again. Failures are held back until it is
/// clear that they are the records' own. What canaries get the guard judges; one that gets no facen
/// is a fault of the service, until the guard says otherwise, and asked for again. Lives on the
/// pipeline's thread.
class ExtractionStage {
 public:
    struct Limits {
        ClimbRange width{3, 3, 3};
        ClimbRange batch{8, 8, 8};
        std::size_t batch_bytes = 8U << 20U;  ///< images of one request, if it has several
        /// Images of all requests, if there are several; 0 = no limit.
        std::size_t flying_bytes = 0;
        double retry_share = 0.1;  ///< share of requests that may be retries
        double norm_tolerance = 1e-3;
        std::chrono::milliseconds linger{50};  ///< how long a part-filled batch waits for company
        unsigned hopeless_faults = 9;          ///< of one batch, others being answered between
        std::vector<Reason> accepted{};        ///< failures that are booked without a question
    };
    struct Counters {
        std::uint64_t requests = 0;
        std::uint64_t extracted = 0;
    };

    /// Every facen is shown to `guard`, which must outlive the stage.
    ExtractionStage(Extractor& extractor, PipelineMailbox& mailbox, const MigrationPlan& plan,
                    Limits limits, ServiceGate gate, ModelGuard& guard);

    void add(ReadyImage image, Clock::Instant now) { queue_.add(std::move(image), now); }
    /// Goes before everything else.
    void ask(CanaryRequest request);
    /// Sends what may be sent. A part-filled batch waits a little for images that are coming.
    void pump(Clock::Instant now, ImageSupply supply);
    void answered(BatchAnswered event, Clock::Instant now);

    [[nodiscard]] bool is_idle() const noexcept { return queue_.count() == 0 && flying_.empty(); }
    [[nodiscard]] std::size_t in_flight() const noexcept { return flying_.size(); }
    [[nodiscard]] std::size_t ready_bytes() const noexcept { return queue_.bytes(); }
    [[nodiscard]] std::size_t ready_count() const noexcept { return queue_.count(); }
    [[nodiscard]] Awaited awaited() const;
    [[nodiscard]] ServiceGate& gate() noexcept { return gate_; }
    [[nodiscard]] ExtractionHealth& health() noexcept { return health_; }
    [[nodiscard]] const ExtractionHealth& health() const noexcept { return health_; }
    [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
    [[nodiscard]] std::optional<Clock::Instant> next_timer(Clock::Instant now) const;
    [[nodiscard]] std::size_t lanes() const noexcept { return flying_of_lane_.size(); }
    [[nodiscard]] std::size_t lane_of(std::uint32_t file) const { return queue_.lane_of(file); }
    /// A facen that an earlier process of the run got.
    void note_dimension(std::uint32_t file, std::size_t dimension) {
        dimensions_.at(file).add(dimension);
        health_.passed_before(lane_of(file));
    }
    /// Is told of each facen that a record gets.
    void on_facen(std::function<void(const Ticket&, const Facen&)> told) {
        on_facen_ = std::move(told);
    }
    /// The record has got a facen that was extracted for another with the same image.
    void note_facen(const Ticket& ticket) const {
        if (on_facen_) {
            on_facen_(ticket, ticket.work->fates[ticket.index].facen);
        }
    }
    /// What an earlier run of this directory found.
    void set_dimension(std::uint32_t file, std::size_t dimension) {
        dimensions_.at(file) = DimensionVote(dimension);
        health_.passed_before(lane_of(file));
    }

 private:
    struct Flight {
        ImageBatch batch;
        PacedRequest paced;
        std::size_t bytes = 0;
        std::size_t server = 0;  ///< that it was sent to
    };
    [[nodiscard]] bool has_room() const;
    void note_half(const ImageBatch& batch, bool is_refused);

    [[nodiscard]] bool is_held(std::size_t lane) const;
    [[nodiscard]] std::optional<ImageBatch> next_batch(Clock::Instant now, ImageSupply supply);
    void send(ImageBatch batch, Clock::Instant now);
    void settle(Flight flight, std::vector<ExtractedFacen> facens);
    void add_sentinel(ImageBatch& batch);
    [[nodiscard]] ImageBatch batch_of(CanaryRequest request) const;
    void halve(ImageBatch batch);
    void refuse(ReadyImage image, Error error, bool alone, std::size_t lane);
    void rejected(ImageBatch batch, Error error);
    /// A request for canaries got no facen for some of them, or for none with `has_none`.
    void ask_again(CanaryRequest request, std::size_t server, bool has_none, Clock::Instant now);
    void judge_sentinel(const Flight& flight, const std::vector<ExtractedFacen>& facens,
                        Clock::Instant now);
    /// An answer that shows a service that works, unless one of its targets is known to be down.
    void worked(Clock::Instant now);
    /// An answer to a batch that belongs to no record.
    void checked(const Flight& flight, const Result<std::vector<ExtractedFacen>>& facens,
                 Clock::Instant now);
    void fault(Flight flight, const Error& error, Clock::Instant now);

    Extractor& extractor_;
    PipelineMailbox& mailbox_;
    Limits limits_;
    ServiceGate gate_;
    ModelGuard& guard_;
    PaceControl pace_;
    RetryBudget budget_;
    BatchQueue queue_;
    ExtractionHealth health_;
    FaultShare first_attempts_;
    Counters counters_;
    std::function<void(const Ticket&, const Facen&)> on_facen_;
    std::vector<DimensionVote> dimensions_;
    std::vector<std::size_t> flying_of_lane_;  ///< batches of records
    std::unordered_map<std::uint64_t, Flight> flying_;
    std::size_t flying_bytes_ = 0;
    std::uint64_t next_id_ = 0;
    std::uint64_t successes_ = 0;
    Clock::Instant pumped_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "dimension_vote.hpp"
#include "model_guard.hpp"
#include "pipeline_events.hpp"

#include "ffdump/migrate/migration_plan.hpp"
#include "ffdump/net/service_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ffdump {

/// Gathers ready images into batches, keeps a fixed number of extraction requests in flight and
/// settles records by the answers. A batch that is refused as a whole is halved until the culprit
/// is alone; after a fault of the service a batch stays a batch and is asked again. Lives on the
/// pipeline's thread.
class ExtractionStage {
 public:
    struct Limits {
        std::size_t workers = 3;
        std::size_t batch_size = 8;
        double norm_tolerance = 1e-3;
        std::chrono::milliseconds linger{50};  ///< how long a part-filled batch waits for company
        unsigned hopeless_faults = 9;          ///< of one batch while others are answered
    };
    struct Counters {
        std::uint64_t requests = 0;
        std::uint64_t extracted = 0;
    };

    /// Every facen is shown to `guard`, which must outlive the stage.
    ExtractionStage(Extractor& extractor, PipelineMailbox& mailbox, const MigrationPlan& plan,
                    Limits limits, ServiceGate gate, ModelGuard& guard);

    void add(ReadyImage image, Clock::Instant now);
    /// Goes before everything else.
    void ask(CanaryRequest request);
    /// Sends what may be sent. `more_coming`: images are under way, so a part-filled batch may
    /// wait.
    void pump(Clock::Instant now, bool more_coming);
    void answered(BatchAnswered event, Clock::Instant now);

    [[nodiscard]] bool is_idle() const noexcept { return waiting_count_ == 0 && flying_.empty(); }
    [[nodiscard]] std::size_t in_flight() const noexcept { return flying_.size(); }
    [[nodiscard]] std::size_t ready_bytes() const noexcept { return waiting_bytes_; }
    [[nodiscard]] std::size_t ready_count() const noexcept { return waiting_count_; }
    [[nodiscard]] ServiceGate& gate() noexcept { return gate_; }
    [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
    [[nodiscard]] std::optional<Clock::Instant> next_timer(Clock::Instant now) const;
    [[nodiscard]] std::size_t lane_of(std::uint32_t file) const { return lane_of_file_.at(file); }
    /// What an earlier run of this directory found.
    void set_dimension(std::uint32_t file, std::size_t dimension) {
        dimensions_.at(file) = DimensionVote(dimension);
    }

 private:
    struct Batch {
        std::size_t lane = 0;
        std::vector<ReadyImage> images;
        unsigned faults = 0;
        bool alone = false;  ///< one image that is asked a second time on its own
        std::optional<CanaryRequest> canaries;  ///< the images belong to no record then
    };
    struct Flight {
        Batch batch;
        std::uint64_t successes_before = 0;
    };
    /// Images of one extraction target that wait for a full batch.
    struct Lane {
        ExtractionTarget target;
        std::deque<ReadyImage> images;
        Clock::Instant oldest;
    };

    [[nodiscard]] std::optional<Batch> next_batch(Clock::Instant now, bool more_coming);
    void send(Batch batch, Clock::Instant now);
    void count_waiting(const Batch& batch, int sign);
    void requeue(Batch batch, std::optional<Clock::Instant> not_before);
    void settle(Batch batch, std::vector<ExtractedFacen> facens);
    void refuse(ReadyImage image, Error error, bool alone, std::size_t lane);
    void rejected(Batch batch, Error error);
    void ask_more(std::optional<CanaryRequest> request);
    void fault(Flight flight, const Error& error, Clock::Instant now);
    void halve(Batch batch);

    Extractor& extractor_;
    PipelineMailbox& mailbox_;
    Limits limits_;
    ServiceGate gate_;
    ModelGuard& guard_;
    Counters counters_;
    std::vector<Lane> lanes_;
    std::vector<std::size_t> lane_of_file_;
    std::vector<DimensionVote> dimensions_;
    std::deque<Batch> again_;  ///< to be sent before anything new
    std::multimap<Clock::Instant, Batch> delayed_;
    std::unordered_map<std::uint64_t, Flight> flying_;
    std::size_t waiting_count_ = 0;  ///< images in lanes, again_ and delayed_
    std::size_t waiting_bytes_ = 0;
    std::uint64_t next_id_ = 0;
    std::uint64_t successes_ = 0;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_feeder.hpp"
#include "block_work.hpp"
#include "extraction_stage.hpp"
#include "file_sealer.hpp"
#include "image_stage.hpp"
#include "model_watch.hpp"
#include "output_stage.hpp"
#include "pipeline_events.hpp"
#include "record_admission.hpp"
#include "redone_results.hpp"
#include "same_images.hpp"
#include "server_watch.hpp"
#include "service_watch.hpp"
#include "space_check.hpp"
#include "stall_watch.hpp"
#include "unvouched_results.hpp"

#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ffdump {

/// Moves records from the reader through image fetch and extraction to the output. The reader, the
/// network and the sealer have threads of their own and only post events; everything else happens
/// on the caller's thread, in run(). One use.
class Pipeline {
 public:
    /// What is to be done and where; borrowed.
    struct Job {
        const MigrationPlan& plan;
        const OutputDirectory& directory;
        const ExcludedIds& excluded;
        std::string run_id;
        RedoLog& redo;
        RedoneResults& redone;  ///< used up
    };

    Pipeline(const Settings& settings, const MigrationOptions& options,
             const MigrationServices& services, const Job& job, OutputStage& output);

    /// Files whose earlier results are kept (--retry-failed).
    void keep_results_of(const std::set<std::uint32_t>& files) {
        admission_.keep_results_of(files);
        model_.replace(files);
    }
    /// Of a run that is taken up: files that were sealed and not renamed, its canaries, and what no
    /// check of them vouches for.
    [[nodiscard]] Result<void> take_up(const std::vector<std::uint32_t>& sealed,
                                       const KeptCanaries& canaries);
    /// Files that are complete, but were not sealed or renamed before an earlier run ended.
    [[nodiscard]] Result<void> finish_later(const std::vector<std::uint32_t>& files);

    /// Returns when every file is in place, or with the Error that ended the run; what was settled
    /// in order until then is durable.
    [[nodiscard]] Result<void> run(std::vector<FeedFile> feed);

    /// The source's file that gave other bytes than in the survey, if that ended the run.
    [[nodiscard]] std::optional<std::uint32_t> untrue_file() const noexcept { return untrue_file_; }

    [[nodiscard]] const ExtractionStage::Counters& counters() const {
        return extraction_.counters();
    }

 private:
    /// Without an event; then it is looked whether something else is due.
    static constexpr std::chrono::milliseconds kLongestWait{200};

    [[nodiscard]] Result<void> turn();
    [[nodiscard]] Result<void> handle(PipelineEvent event);
    void settle_when_calm();
    void land(PipelineEvent event);
    void pump(Clock::Instant now);
    void pump_extraction(Clock::Instant now);
    [[nodiscard]] Result<void> write_settled(Clock::Instant now);
    [[nodiscard]] Result<void> commit(Clock::Instant now);
    [[nodiscard]] Result<void> read_back(FileReadBack event);
    void take_image(ReadyImage image, Clock::Instant now);
    [[nodiscard]] bool is_extracted_for_another(const ReadyImage& image);
    [[nodiscard]] Result<void> check_budget();
    /// "image_missing 12, no_face 1": what failed in this process, most first.
    [[nodiscard]] std::string failures_text();
    [[nodiscard]] Result<void> check_bounds(Clock::Instant now);
    [[nodiscard]] Result<void> wind_down(Error cause);
    [[nodiscard]] bool is_finished() const;
    /// Every record is settled and written.
    [[nodiscard]] bool is_over() const { return reading_ended_ && window_.empty(); }
    [[nodiscard]] std::chrono::nanoseconds wait_time(Clock::Instant now) const;
    void report(Clock::Instant now);
    void watch_for_stall(const Progress& progress, Clock::Instant now);

    const MigrationOptions& options_;
    const MigrationServices& services_;
    const MigrationPlan& plan_;
    OutputStage& output_;
    RedoLog& redo_;
    RedoneResults& redone_;
    ReadLimits limits_;
    PipelineMailbox mailbox_;
    ImageStage images_;
    ModelGuard guard_;
    ExtractionStage extraction_;
    ModelWatch model_;
    ServerWatch server_watch_;
    ServiceWatch image_watch_;
    ServiceWatch extraction_watch_;
    StallWatch stall_watch_;
    SpaceWatch space_watch_;
    SameImages same_ids_;
    SameImages same_bytes_;  ///< with --dedup-images
    RecordAdmission admission_;
    UnvouchedResults unvouched_;
    BlockFeeder feeder_;
    FileSealer sealer_;
    std::uint64_t failed_before_;
    std::map<std::string, std::uint64_t> reasons_before_;  ///< of those that failed before
    std::uint64_t done_before_;
    std::deque<std::unique_ptr<BlockWork>> window_;  ///< in the source's order
    /// While it is written, though nothing of it is in the window.
    std::optional<std::uint32_t> open_file_;
    std::optional<std::uint32_t> untrue_file_;  ///< see ReadingEnded
    std::size_t sealing_ = 0;
    bool reading_ended_ = false;
    std::vector<PipelineEvent> events_;
    std::optional<Clock::Instant> last_report_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "failure_list.hpp"
#include "file_sealer.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/journal.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/journal/run_events.hpp"
#include "ffdump/migrate/migration_plan.hpp"
#include "ffdump/record/running_hash.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// How far one file of the output has come; what recovery finds is given back to a new stage.
struct FileProgress {
    enum class Stage : std::uint8_t { untouched, writing, complete, sealed, renamed };
    Stage stage = Stage::untouched;
    ReadPosition source;  ///< everything before it is in the part file
    std::uint64_t target_bytes = 0;
    FileSplicer::State splicer;
    std::vector<WrittenRegion> regions;
    Tally tally;
    SealedFile sealed;  ///< from `sealed` on
};

/// Writes settled blocks into part files and failures.jsonl.part, in the source's order, and makes
/// them durable: part and failures first, then the journal's commit. The only owner of these files.
/// Lives on the pipeline's thread. Every Error is of the machine and final for the run.
class OutputStage {
 public:
    struct Limits {
        std::chrono::milliseconds commit_interval{10000};
        std::uint64_t commit_bytes = 64U << 20U;
    };

    OutputStage(FileSystem& files, const OutputDirectory& directory, const MigrationPlan& plan,
                Journal& journal, Limits limits);

    /// Takes up what is durable. Part files are already truncated to it.
    [[nodiscard]] Result<void> resume(std::vector<FileProgress> files,
                                      std::vector<WrittenRegion> failures);

    /// Appends the settled records at the front of `work`, and header and trailer where they
    /// belong. Returns true when the whole block is written.
    [[nodiscard]] Result<bool> write(BlockWork& work);
    [[nodiscard]] bool commit_is_due(Clock::Instant now) const;
    /// Part, failures, journal; in this order.
    [[nodiscard]] Result<void> commit(Clock::Instant now);
    [[nodiscard]] Result<void> record_sealed(std::uint32_t file, const SealedFile& sealed);
    /// Renames the sealed file into place; `replace` when an older one may be there.
    [[nodiscard]] Result<void> rename_into_place(std::uint32_t file, bool replace);
    /// So many canaries are durable; before the facens that came with them are.
    [[nodiscard]] Result<void> canaries_kept(std::size_t canaries);
    /// A check of so many canaries, which are durable, begins: commits, since what is committed is
    /// what it vouches for.
    [[nodiscard]] Result<void> check_begun(Clock::Instant now, std::size_t canaries);
    [[nodiscard]] Result<void> check_passed();
    /// Makes durable that the run must not go on as it is.
    [[nodiscard]] Result<void> check_failed(const std::string& why);
    /// Records that no check has vouched for were committed by an earlier process of the run.
    void note_unvouched() noexcept { earlier_is_unvouched_ = true; }
    /// From where on the written records are in doubt when a check fails; nothing when none is.
    [[nodiscard]] std::optional<std::string> first_in_doubt() const;
    /// Closes failures.jsonl.part.
    [[nodiscard]] Result<void> finish_failures();
    /// What it was written as; its final bytes after finish_failures().
    [[nodiscard]] const std::vector<WrittenRegion>& failures() const noexcept {
        return failures_.regions();
    }

    [[nodiscard]] const std::vector<FileProgress>& progress() const noexcept { return progress_; }
    [[nodiscard]] std::uint64_t records_done() const noexcept { return records_done_; }
    [[nodiscard]] std::uint64_t records_failed() const noexcept { return records_failed_; }
    /// Files that have become complete since the last call.
    [[nodiscard]] std::vector<std::uint32_t> take_completed();
    [[nodiscard]] std::string path_to_seal(std::uint32_t file) const;
    /// Of a container that counts ahead: its first region, now that the count is known.
    [[nodiscard]] Result<std::optional<std::string>> head_to_seal(std::uint32_t file) const;

 private:
    /// The file whose records are being written.
    struct Current;

    struct FirstWritten {
        std::uint32_t file = 0;
        std::uint64_t ordinal = 0;
        RecordId id;
    };

    [[nodiscard]] Result<void> open(std::uint32_t file);
    [[nodiscard]] Result<void> write_header(const BlockWork& work);
    [[nodiscard]] Result<void> write_record(BlockWork& work, std::size_t i);
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] Result<void> flush_part();
    [[nodiscard]] Result<void> end_frame();
    [[nodiscard]] Result<void> complete();
    void note_position(const BlockWork& work);

    FileSystem& files_;
    const OutputDirectory& directory_;
    const MigrationPlan& plan_;
    Journal& journal_;
    Limits limits_;
    std::vector<FileProgress> progress_;
    std::unique_ptr<Current> current_;
    FailureList failures_;
    std::optional<Clock::Instant> last_commit_;
    std::uint64_t records_done_ = 0;
    std::uint64_t records_failed_ = 0;
    std::vector<std::uint32_t> completed_;
    bool earlier_is_unvouched_ = false;
    std::optional<FirstWritten> since_begun_;   ///< first record written since a check began
    std::optional<FirstWritten> since_passed_;  ///< since the last one that passed began

 public:
    ~OutputStage();
    OutputStage(const OutputStage&) = delete;
    OutputStage& operator=(const OutputStage&) = delete;
};

}  // namespace ffdump

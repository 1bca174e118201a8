// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_stage.hpp"
#include "model_guard.hpp"
#include "output_stage.hpp"

#include "ffdump/journal/output_directory.hpp"
#include "ffdump/journal/redo_log.hpp"
#include "ffdump/migrate/migration.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace ffdump {

/// Of the stored canaries the first so many count, and of those the first `vouched` have been asked
/// for by a check that passed.
struct KeptCanaries {
    std::size_t all = 0;
    std::size_t vouched = 0;
};

/// Carries out the guard's checks and puts finished files in place: a file whose facens were
/// extracted gets its final name only after a check that began later than its last record has
/// passed. Lives on the pipeline's thread; everything given is borrowed.
class ModelWatch {
 public:
    struct Parts {
        ModelGuard& guard;
        ExtractionStage& extraction;
        OutputStage& output;
        RedoLog& redo;
        const MigrationPlan& plan;
        const OutputDirectory& directory;
        const MigrationServices& services;
    };
    ModelWatch(const Parts& parts, std::string run_id);

    /// Files that may replace an older one of their name (--retry-failed).
    void replace(std::set<std::uint32_t> files) { replaced_ = std::move(files); }
    /// Files that are sealed, but were not renamed before an earlier process ended.
    [[nodiscard]] Result<void> take_up(const std::vector<std::uint32_t>& sealed);
    /// Reads the canaries of an earlier process of this run.
    [[nodiscard]] Result<void> load(const KeptCanaries& count);
    /// Makes facens durable, and before them the canaries that came with them: a process that takes
    /// the run up must be able to tell whether the service still has their model.
    [[nodiscard]] Result<void> write();

    /// The file was read back.
    [[nodiscard]] Result<void> sealed(std::uint32_t file, const SealedFile& sealed);
    /// Begins and concludes checks; `is_over`: no record will come any more. Fails with
    /// `model_changed`.
    [[nodiscard]] Result<void> turn(Clock::Instant now, bool is_over);
    /// Nothing waits for a check.
    [[nodiscard]] bool is_settled() const noexcept {
        return waiting_.empty() && vouched_for_.empty() && !parts_.guard.is_checking();
    }

 private:
    [[nodiscard]] Result<void> place_or_wait(std::uint32_t file);
    [[nodiscard]] Result<void> begin_check(Clock::Instant now, bool is_telling);
    [[nodiscard]] Result<void> conclude_check();
    [[nodiscard]] Result<void> keep_canaries();
    /// Says why; makes it durable when written records are in doubt.
    [[nodiscard]] Result<void> give_up();

    Parts parts_;
    std::string run_id_;
    std::set<std::uint32_t> replaced_;
    std::vector<std::uint32_t> waiting_;      ///< sealed since the check under way began
    bool is_noted_ = true;                    ///< the check under way, in the journal
    std::vector<std::uint32_t> vouched_for_;  ///< by the check under way, when it passes
};

}  // namespace ffdump

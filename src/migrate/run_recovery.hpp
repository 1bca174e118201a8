// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_sealer.hpp"
#include "output_stage.hpp"

#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/journal.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/journal/run_events.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ffdump {

/// A run that was found in the output directory.
struct RecoveredRun {
    RunBegin begin;
    std::vector<FileProgress> files;      ///< one for each of begin.files
    std::vector<WrittenRegion> failures;  ///< of failures.jsonl.part
    std::uint64_t resumes = 0;            ///< how often it was taken up before
    std::set<std::string> opt_outs;       ///< of every process that worked at it
    std::uint64_t canaries = 0;           ///< the first so many that are stored count
    std::uint64_t vouched_canaries = 0;   ///< of them, the last check that passed asked for so many
    std::unique_ptr<Journal> journal;
    bool has_unvouched = false;  ///< commits that no check of the model vouches for
    /// Why the results since the last check that passed must not be used; see rewind_run().
    std::optional<std::string> doubt;

    [[nodiscard]] bool all_in_place() const noexcept;
    /// Of each file the ordinal of the first record that no commit has.
    [[nodiscard]] std::vector<std::uint64_t> first_uncommitted() const;
};

/// Reads the journal and brings every file to a state from which the run may go on; safe to be
/// interrupted and repeated. Nothing when there is no run in the directory. Fails with
/// `journal_damaged` or `output_damaged`, and then changes nothing; with `interrupted` when
/// `is_stopped`.
[[nodiscard]] Result<std::optional<RecoveredRun>> recover_run(FileSystem& files,
                                                              const OutputDirectory& directory,
                                                              const IsStopped& is_stopped);

/// What the run in the directory was begun as; nothing when there is none.
[[nodiscard]] Result<std::optional<RunBegin>> begin_of_run(FileSystem& files,
                                                           const OutputDirectory& directory);

/// Makes void what was committed since the last check of the model that passed began (without one:
/// everything), so that recover_run() goes on from there; with `file`, whatever was committed since
/// that file was begun as well. Not when there is no run.
[[nodiscard]] Result<void> rewind_run(FileSystem& files, const OutputDirectory& directory,
                                      std::optional<std::uint32_t> file = std::nullopt);

/// A run of ours was begun here or has ended here. Fetched images have a .ffdump beside them too.
[[nodiscard]] Result<bool> holds_run(FileSystem& files, const OutputDirectory& directory);

/// Refuses a directory that holds something else than a run of ours: `output_occupied`.
[[nodiscard]] Result<void> check_directory(FileSystem& files, const OutputDirectory& directory);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redone_results.hpp"
#include "run_recovery.hpp"

#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/journal/redo_log.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ffdump {

/// One run over a planned dump in a locked directory: starts it, takes it up where it stopped, or
/// finds it complete. One use.
class MigrationRun {
 public:
    MigrationRun(const Settings& settings, const MigrationOptions& options,
                 const MigrationServices& services, const OutputDirectory& directory,
                 const ExcludedIds& excluded, MigrationPlan plan);

    [[nodiscard]] Result<MigrationOutcome> run();

 private:
    [[nodiscard]] RunBegin describe() const;
    [[nodiscard]] Result<RecoveredRun> start(RunBegin begin);
    [[nodiscard]] Result<RecoveredRun> start_retry(const RecoveredRun& before,
                                                   const Manifest& manifest);
    [[nodiscard]] Result<RecoveredRun> take_up(RecoveredRun run);
    [[nodiscard]] Result<MigrationOutcome> work_through(RecoveredRun run);
    /// Everything is in place: the failures list, the manifest, then what is not needed any more.
    [[nodiscard]] Result<Manifest> conclude(const RecoveredRun& run, OutputStage& output,
                                            RedoLog& redo);
    /// Makes void what was made of this file of the source; fails with `cause`.
    [[nodiscard]] Result<MigrationOutcome> begin_anew(const RecoveredRun& run, std::uint32_t file,
                                                      const Error& cause);
    void warn_of_unmet_exclusions(const Manifest& manifest) const;
    [[nodiscard]] Result<Manifest> publish_run(const RecoveredRun& run, const OutputStage& output);
    [[nodiscard]] std::string own_opt_outs() const;
    [[nodiscard]] std::vector<FileProgress> untouched_files() const;

    const Settings& settings_;
    const MigrationOptions& options_;
    const MigrationServices& services_;
    const OutputDirectory& directory_;
    const ExcludedIds& excluded_;
    MigrationPlan plan_;
    const IsStopped is_stopped_ = [this] { return services_.stop_signal.load() != 0; };
};

}  // namespace ffdump

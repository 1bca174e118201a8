// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "output_stage.hpp"

#include "ffdump/journal/manifest.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// Bytes that the rest of a run will write, about: of each file what the source still has, larger
/// or smaller by its facens where the new dimension is known, and the redo log. Failed records are
/// as long in failures.jsonl as in the dump.
[[nodiscard]] std::uint64_t bytes_to_write(const MigrationPlan& plan,
                                           const std::vector<FileProgress>& progress);

/// The same of a retry, for the files that are read once more.
[[nodiscard]] std::uint64_t bytes_to_write_anew(const MigrationPlan& plan, const Manifest& manifest,
                                                const std::vector<bool>& is_read);

/// Refuses with `disk_full` when they do not fit below `folder`; with --wait-for-space waits until
/// they do, or until the run is asked to stop.
[[nodiscard]] Result<void> ensure_space(const MigrationOptions& options,
                                        const MigrationServices& services,
                                        const std::string& folder, std::uint64_t bytes);

/// Where the new dimension is not configured the first facens show it, and with it how much is
/// still to come.
class SpaceWatch {
 public:
    SpaceWatch(const MigrationOptions& options, const MigrationServices& services,
               const MigrationPlan& plan, std::string folder);

    /// After each commit. Fails with `disk_full` when a dimension has shown and the rest does not
    /// fit, with --wait-for-space warns.
    [[nodiscard]] Result<void> look(const std::vector<FileProgress>& progress);

 private:
    const MigrationOptions& options_;
    const MigrationServices& services_;
    const MigrationPlan& plan_;
    std::string folder_;
    std::size_t known_ = 0;
};

}  // namespace ffdump

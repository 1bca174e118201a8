// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "output_stage.hpp"

#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// Bytes that the rest of a run will write, about: of each file what the source still has, larger
/// or smaller by its facens where the new dimension is known, and the redo log. Failed records are
/// as long in failures.jsonl as in the dump.
[[nodiscard]] std::uint64_t bytes_to_write(const MigrationPlan& plan,
                                           const std::vector<FileProgress>& progress);

/// Refuses with `disk_full` when they do not fit below `folder`; with --wait-for-space waits until
/// they do, or until the run is asked to stop.
[[nodiscard]] Result<void> ensure_space(const MigrationOptions& options,
                                        const MigrationServices& services,
                                        const std::string& folder, std::uint64_t bytes);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/journal/run_events.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The settings on which the result depends; a resumed run must have the same. How fast, how often
/// and from which address is left free, so that an operator may mend those and go on.
[[nodiscard]] std::map<std::string, std::string> settings_that_matter(
    const Settings& settings, const MigrationOptions& options);

/// Options that weaken a check, for the manifest.
[[nodiscard]] std::set<std::string> opt_outs(const MigrationOptions& options,
                                             const Settings& settings);

/// As the journal has them, one a line.
[[nodiscard]] std::set<std::string> opt_outs_in(std::string_view lines);

[[nodiscard]] std::vector<PlannedFile> planned_files(const MigrationPlan& plan);

/// Fails with `resume_refused` and every difference between the first run and this one: sources,
/// actions, models, settings, with both values.
[[nodiscard]] Result<void> check_same_run(const RunBegin& first, const RunBegin& now,
                                          const std::string& directory);

}  // namespace ffdump

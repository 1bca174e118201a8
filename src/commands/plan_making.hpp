// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include "ffdump/config/settings.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <string>
#include <vector>

namespace ffdump {

/// Where a dump is and how it is read.
struct DumpOptions {
    std::string from;
    std::vector<Profile> profiles;
    std::string temporary_folder;  ///< for the search of duplicate ids
    PlanOptions plan;
};

/// Reads the whole dump once and decides what happens to each gallery.
[[nodiscard]] tl::expected<MigrationPlan, std::vector<Error>> plan_dump(
    const CommandContext& context, const Settings& settings, const DumpOptions& options,
    MigrationObserver& observer);

}  // namespace ffdump

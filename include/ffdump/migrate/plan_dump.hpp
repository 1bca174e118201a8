// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/log.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <atomic>
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

/// What planning works with; borrowed.
struct PlanServices {
    FileSystem& files;
    Log& log;
    MigrationObserver& observer;
    const std::atomic<int>& stop_signal;
};

/// Reads the whole dump once, so that a torn last line is found before anything is done with it,
/// and decides what happens to each gallery.
[[nodiscard]] tl::expected<MigrationPlan, std::vector<Error>> plan_dump(
    const Settings& settings, const DumpOptions& options, const PlanServices& services);

}  // namespace ffdump

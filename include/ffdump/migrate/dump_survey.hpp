// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/log.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/dump/survey.hpp"
#include "ffdump/migrate/migration.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace ffdump {

using DumpSurvey = tl::expected<std::vector<FileSurvey>, std::vector<Error>>;

/// Reads the whole dump once, so that a torn last line is found before anything is done with it.
/// `temporary_folder` is for the search of duplicate ids.
[[nodiscard]] DumpSurvey survey_dump(FileSystem& files, const std::vector<DumpFile>& dump,
                                     const Settings& settings, const std::string& temporary_folder,
                                     MigrationObserver& observer,
                                     const std::atomic<int>& stop_signal);

}  // namespace ffdump

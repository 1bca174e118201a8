// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include "ffdump/base/log.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/migrate/migration.hpp"

#include <string>

namespace ffdump {

/// `migrate --fetch-only FOLDER`: all images that the dump needs, and nothing else. Returns the
/// exit code: 3 when some are missing.
[[nodiscard]] int fetch_only(const CommandContext& context, const Settings& settings,
                             const MigrationOptions& options, const std::string& folder, Log& log,
                             bool quiet);

}  // namespace ffdump

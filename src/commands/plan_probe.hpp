// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan_report.hpp"

#include "ffdump/extraction/extractor.hpp"
#include "ffdump/migrate/image_round.hpp"

namespace ffdump {

/// Fetches the images of the first records of each gallery and extracts from them, one request a
/// gallery. Fails with faults of the services; those of single images are findings.
[[nodiscard]] Result<ProbeFindings> probe(const Settings& settings, const MigrationPlan& plan,
                                          const RoundServices& services, Extractor& extractor);

/// Asks the storage for every image of the plan, without reading them.
[[nodiscard]] Result<PresenceFindings> check_presence_of_all(const Settings& settings,
                                                             const MigrationPlan& plan,
                                                             const RoundServices& services);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_stage.hpp"
#include "image_stage.hpp"

#include "ffdump/config/settings.hpp"
#include "ffdump/migrate/migration.hpp"

#include <cstddef>

namespace ffdump {

/// Of the window, kBlockShare parts are for records, the rest for images that wait.
constexpr std::size_t kBlockShare = 2;
constexpr std::size_t kWindowShares = 3;

/// Images of a request to begin with, where the number is found out.
constexpr std::size_t kUsualBatch = 8;

/// What settings and options mean to the stages.
[[nodiscard]] ImageStage::Limits image_limits(const Settings& settings,
                                              const MigrationOptions& options);
[[nodiscard]] ExtractionStage::Limits extraction_limits(const Settings& settings,
                                                        const MigrationOptions& options);

}  // namespace ffdump

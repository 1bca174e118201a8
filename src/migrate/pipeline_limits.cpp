// SPDX-License-Identifier: Apache-2.0
#include "pipeline_limits.hpp"

#include <algorithm>

namespace ffdump {

ImageStage::Limits image_limits(const Settings& settings, const MigrationOptions& options) {
    constexpr std::size_t kNarrowest = 8;
    constexpr std::size_t kWidest = 64;
    ImageStage::Limits limits;
    limits.width = settings.fetches != 0
                       ? settings.fetches
                       : std::clamp<std::size_t>(2ULL * settings.workers * settings.batch_size,
                                                 kNarrowest, kWidest);
    limits.ready_bytes = settings.limits.window_bytes / kWindowShares;
    limits.accepted = options.accepted_failures;
    return limits;
}

ExtractionStage::Limits extraction_limits(const Settings& settings,
                                          const MigrationOptions& options) {
    ExtractionStage::Limits limits;
    limits.workers = settings.workers;
    limits.batch_size = settings.batch_size;
    limits.norm_tolerance = settings.norm_tolerance;
    limits.accepted = options.accepted_failures;
    return limits;
}

}  // namespace ffdump

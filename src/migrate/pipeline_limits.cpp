// SPDX-License-Identifier: Apache-2.0
#include "pipeline_limits.hpp"

#include "service_watch.hpp"

#include <algorithm>

namespace ffdump {
namespace {

/// Fewer do not leave room for a sentinel, and cost more CPU for each image.
constexpr std::size_t kSmallestBatch = 4;
constexpr std::size_t kFirstWorkers = 2;
constexpr std::size_t kFirstFetches = 16;

ClimbRange fixed(std::size_t number) {
    return {.least = number, .most = number, .first = number};
}

}  // namespace

ImageStage::Limits image_limits(const Settings& settings, const MigrationOptions& options) {
    ImageStage::Limits limits;
    limits.width = settings.fetches != 0 ? fixed(settings.fetches)
                                         : ClimbRange{.least = 1,
                                                      .most = settings.adaptive.fetches_most,
                                                      .first = kFirstFetches};
    limits.ready_bytes = settings.limits.window_bytes / kWindowShares;
    limits.hopeless_faults = settings.retry.attempts;
    limits.hopeless_span = hopeless_span(settings.retry);
    limits.retry_share = settings.retry.share;
    limits.accepted = options.accepted_failures;
    return limits;
}

ExtractionStage::Limits extraction_limits(const Settings& settings,
                                          const MigrationOptions& options) {
    ExtractionStage::Limits limits;
    const std::size_t most = settings.adaptive.batch_most;
    limits.width = settings.workers != 0 ? fixed(settings.workers)
                                         : ClimbRange{.least = 1,
                                                      .most = settings.adaptive.workers_most,
                                                      .first = kFirstWorkers};
    limits.batch = settings.batch_size != 0 ? fixed(settings.batch_size)
                                            : ClimbRange{.least = std::min(kSmallestBatch, most),
                                                         .most = most,
                                                         .first = kUsualBatch};
    // The images that wait are bounded too: there are never more to fill it.
    limits.batch_bytes =
        std::min(settings.limits.batch_bytes, settings.limits.window_bytes / kWindowShares);
    limits.flying_bytes =
        settings.workers != 0 && settings.batch_size != 0 ? 0 : 2 * settings.limits.window_bytes;
    limits.hopeless_faults = settings.retry.attempts;
    limits.retry_share = settings.retry.share;
    limits.norm_tolerance = settings.norm_tolerance;
    limits.accepted = options.accepted_failures;
    return limits;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include <chrono>
#include <string>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kReportInterval{100};

}  // namespace

void Pipeline::report(Clock::Instant now) {
    if (last_report_ && now - *last_report_ < kReportInterval && !is_finished()) {
        return;
    }
    last_report_ = now;
    Progress progress;
    progress.phase = reading_ended_ && window_.empty() ? "sealing" : "migrating";
    progress.done = output_.records_done();
    progress.total = plan_.records_to_migrate();
    progress.failed = output_.records_failed();
    progress.extracted = extraction_.counters().extracted;
    progress.waiting_for = extraction_watch_.waiting_text(now);
    if (progress.waiting_for.empty()) {
        progress.waiting_for = image_watch_.waiting_text(now);
    }
    services_.observer.progress(progress);
    watch_for_stall(progress, now);
}

/// What is down is told by its own watch.
void Pipeline::watch_for_stall(const Progress& progress, Clock::Instant now) {
    std::uint64_t settled = output_.records_done();
    for (const std::unique_ptr<BlockWork>& work : window_) {
        settled += work->block.size() - work->open - work->written;
    }
    stall_watch_.turn(now, settled, [&]() -> std::string {
        if (!progress.waiting_for.empty()) {
            return {};
        }
        const std::string images = awaited_text("image", images_.awaited(), plan_, now);
        const std::string batches =
            awaited_text("extraction request", extraction_.awaited(), plan_, now);
        return images.empty() || batches.empty() ? images + batches : images + "; " + batches;
    });
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

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

std::string Pipeline::failures_text() {
    std::map<Reason, std::uint64_t> unwritten;
    images_.failures().count(unwritten);
    extraction_.health().count(unwritten);
    for (const std::unique_ptr<BlockWork>& work : window_) {
        for (std::size_t i = work->written; i < work->fates.size(); ++i) {
            if (work->fates[i].failure) {
                ++unwritten[work->fates[i].failure->error.reason()];
            }
        }
    }
    std::map<std::string, std::uint64_t> records;
    for (const auto& [reason, count] : unwritten) {
        records[std::string(reason_name(reason))] += count;
    }
    for (const auto& file : output_.progress()) {
        for (const auto& [reason, count] : file.tally.failed_by_reason) {
            records[reason] += count;
        }
    }
    for (const auto& [reason, count] : reasons_before_) {
        records[reason] -= std::min(records[reason], count);
    }
    std::erase_if(records, [](const auto& entry) { return entry.second == 0; });
    std::vector<std::pair<std::string, std::uint64_t>> sorted(records.begin(), records.end());
    std::ranges::stable_sort(sorted, std::ranges::greater(),
                             [](const auto& entry) { return entry.second; });
    std::string text;
    for (const auto& [reason, count] : sorted) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reason, count);
    }
    return text;
}

}  // namespace ffdump

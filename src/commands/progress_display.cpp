// SPDX-License-Identifier: Apache-2.0
#include "progress_display.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

constexpr std::chrono::seconds kLineInterval{10};
/// A rate over less than this says nothing.
constexpr double kShortestForRate = 0.5;

double percent(const Progress& progress) {
    if (progress.total == 0) {
        return 100.0;
    }
    return 100.0 * static_cast<double>(progress.done) / static_cast<double>(progress.total);
}

}  // namespace

ProgressDisplay::ProgressDisplay(Terminal& terminal, Log& log, const Clock& clock, bool quiet)
    : terminal_(terminal), log_(log), clock_(clock), quiet_(quiet) {}

void ProgressDisplay::progress(const Progress& progress) {
    const Clock::Instant now = clock_.now();
    const bool new_phase = progress.phase != phase_;
    if (new_phase) {
        phase_ = progress.phase;
        phase_began_ = now;
        phase_done_ = progress.done;
        last_line_.reset();
    }
    if (quiet_) {
        return;
    }
    if (terminal_.is_interactive()) {
        terminal_.progress(text_of(progress, now));
        return;
    }
    if (!last_line_ || now - *last_line_ >= kLineInterval) {
        last_line_ = now;
        log_.info(text_of(progress, now));
    }
}

std::string ProgressDisplay::text_of(const Progress& progress, Clock::Instant now) {
    if (!progress.waiting_for.empty()) {
        return progress.waiting_for;
    }
    const double seconds = std::chrono::duration<double>(now - phase_began_).count();
    const double rate = seconds > kShortestForRate
                            ? static_cast<double>(progress.done - phase_done_) / seconds
                            : 0.0;
    std::string eta;
    if (rate > 0 && progress.total > progress.done) {
        const double left = static_cast<double>(progress.total - progress.done) / rate;
        eta = fmt::format(
            ", {} left",
            duration_text(std::chrono::milliseconds(static_cast<std::int64_t>(left * 1000.0))));
    }
    if (progress.total == 0 && progress.done != 0) {
        // A pipe or an archive: nobody knows how much there is.
        constexpr double kMegabyte = 1e6;
        return fmt::format("{}: {:.0f} MB, {:.0f} MB/s", progress.phase,
                           static_cast<double>(progress.done) / kMegabyte, rate / kMegabyte);
    }
    if (progress.phase != "migrating") {
        return fmt::format("{}: {:.0f} %{}", progress.phase, percent(progress), eta);
    }
    return fmt::format("{}: {} of {} records ({:.1f} %), {:.0f}/s, {} failed{}", progress.phase,
                       progress.done, progress.total, percent(progress), rate, progress.failed,
                       eta);
}

std::function<bool(std::uint64_t, std::uint64_t)> progress_of(MigrationObserver& observer,
                                                              std::string phase,
                                                              const std::atomic<int>& stop_signal) {
    Progress progress;
    progress.phase = std::move(phase);
    return [&observer, &stop_signal, progress](std::uint64_t done, std::uint64_t total) mutable {
        progress.done = done;
        progress.total = total;
        observer.progress(progress);
        return stop_signal.load() == 0;
    };
}

}  // namespace ffdump

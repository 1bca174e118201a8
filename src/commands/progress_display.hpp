// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "terminal.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/migrate/migration.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ffdump {

/// Shows a run's progress: one redrawn line on a terminal, a log line now and then elsewhere,
/// nothing when quiet.
class ProgressDisplay final : public MigrationObserver {
 public:
    ProgressDisplay(Terminal& terminal, Log& log, const Clock& clock, bool quiet);
    void progress(const Progress& progress) override;

 private:
    [[nodiscard]] std::string text_of(const Progress& progress, Clock::Instant now);

    Terminal& terminal_;
    Log& log_;
    const Clock& clock_;
    bool quiet_;
    std::string phase_;
    Clock::Instant phase_began_;
    std::uint64_t phase_done_ = 0;  ///< what was done when the phase began: not our speed
    std::optional<Clock::Instant> last_line_;
};

/// Tells `observer` how far `phase` is, by bytes done and in all; false once somebody wants it to
/// stop. Both must outlive it.
[[nodiscard]] std::function<bool(std::uint64_t, std::uint64_t)> progress_of(
    MigrationObserver& observer, std::string phase, const std::atomic<int>& stop_signal);

}  // namespace ffdump

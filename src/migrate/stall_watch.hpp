// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ffdump {

/// Requests of one kind that are not answered.
struct Awaited {
    std::size_t count = 0;
    std::optional<Clock::Instant> oldest;  ///< when it was sent
    std::optional<Ticket> record;          ///< it is for, if for one

    void note(Clock::Instant sent, const std::optional<Ticket>& whose) {
        ++count;
        if (!oldest || sent < *oldest) {
            oldest = sent;
            record = whose;
        }
    }
};

/// "3 extraction requests, the oldest for 12s (faces, record 7)"; "" when there are none.
[[nodiscard]] std::string awaited_text(const char* kind, const Awaited& awaited,
                                       const MigrationPlan& plan, Clock::Instant now);

/// Says what a run waits for when no record was settled for a while: after ten seconds, then after
/// twice as long each time. Lives on the pipeline's thread; `log` must outlive it.
class StallWatch {
 public:
    static constexpr std::chrono::seconds kFirst{10};

    explicit StallWatch(Log& log) : log_(log) {}

    /// `settled`: grows with every record. `awaited` is called when something is to be said.
    void turn(Clock::Instant now, std::uint64_t settled,
              const std::function<std::string()>& awaited);

 private:
    Log& log_;
    std::optional<std::uint64_t> settled_;
    Clock::Instant since_;
    std::chrono::seconds patience_ = kFirst;
};

}  // namespace ffdump

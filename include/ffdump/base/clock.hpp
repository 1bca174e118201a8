// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace ffdump {

/// Time as the program sees it. Waits, time-outs and rates use `now` (monotonic); only logs, the
/// manifest and request signing see `wall`. Implementations are thread-safe.
class Clock {
 public:
    using Instant = std::chrono::steady_clock::time_point;
    using WallTime = std::chrono::system_clock::time_point;

    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] WallTime wall() const override { return std::chrono::system_clock::now(); }
};

/// "2026-11-24T08:13:43.120Z".
[[nodiscard]] std::string utc_text(Clock::WallTime time);

/// "2d 3h", "1h 05m", "4m 12s", "8.2s", "120ms": for people.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/clock.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <ctime>

namespace ffdump {

std::string utc_text(Clock::WallTime time) {
    using std::chrono::milliseconds;
    const auto since_epoch =
        std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
    const std::time_t seconds = since_epoch / 1000;
    std::tm parts{};
    static_cast<void>(gmtime_r(&seconds, &parts));
    std::array<char, 32> date{};
    static_cast<void>(std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts));
    return fmt::format("{}.{:03}Z", date.data(), since_epoch % 1000);
}

std::string duration_text(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    const auto whole = static_cast<std::int64_t>(seconds);
    if (seconds < 1.0) {
        return fmt::format("{:.0f}ms", seconds * 1000.0);
    }
    if (seconds < 60.0) {
        return fmt::format("{:.1f}s", seconds);
    }
    if (whole < 3600) {
        return fmt::format("{}m {:02}s", whole / 60, whole % 60);
    }
    if (whole < 86400) {
        return fmt::format("{}h {:02}m", whole / 3600, whole % 3600 / 60);
    }
    return fmt::format("{}d {}h", whole / 86400, whole % 86400 / 3600);
}

}  // namespace ffdump

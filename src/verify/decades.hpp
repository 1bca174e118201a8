// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/verify/verification.hpp"

#include <array>
#include <string_view>

namespace ffdump {

/// Names of the steps in which distances are counted that should be 0.
inline constexpr std::array<std::string_view, kDecades> kDecadeNames{
    "< 1e-7", "< 1e-6", "< 1e-5", "< 1e-4", "< 0.001", "< 0.01", "< 0.1", "more"};

/// The step of a distance, whatever its sign.
[[nodiscard]] inline std::size_t decade_of(double distance) noexcept {
    constexpr double kFirst = 1e-7;
    constexpr double kFactor = 10;
    const double size = distance < 0 ? -distance : distance;
    std::size_t decade = 0;
    for (double edge = kFirst; decade + 1 < kDecades && !(size < edge); edge *= kFactor) {
        ++decade;
    }
    return decade;
}

}  // namespace ffdump

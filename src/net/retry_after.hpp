// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace ffdump {

/// Value of a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3). A date in the past is
/// zero, absurd values are cut at a year, nothing when it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         Clock::WallTime now);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace ffdump {

/// "1m30s", "35s", "250ms", "0s": parse_go_duration reads it back to the same value.
[[nodiscard]] std::string go_duration_text(std::chrono::milliseconds duration);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/archive/salvage_dump.hpp"

#include <string>

namespace ffdump {

/// A line a file, and what to think of the directory as the last line. Safe for a terminal.
[[nodiscard]] std::string render_salvage(const SalvageReport& report);

}  // namespace ffdump

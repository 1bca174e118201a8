// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace ffdump {

/// FFDUMP_SEED repeats a run; otherwise every run is another one. A test prints what it got.
[[nodiscard]] inline std::uint64_t test_seed() {
    const char* given = std::getenv("FFDUMP_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace ffdump {

/// Source of chance for jitter and run ids; seedable, so that a failing test can be repeated.
/// Not thread-safe.
class Random {
 public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    /// Seeded by the operating system.
    [[nodiscard]] static Random from_system();

    /// Uniform in [0, 1).
    [[nodiscard]] double unit();
    [[nodiscard]] std::uint64_t bits() { return engine_(); }
    /// 32 lower-case hex digits, 128 random bits.
    [[nodiscard]] std::string hex128();

 private:
    std::mt19937_64 engine_;
};

}  // namespace ffdump

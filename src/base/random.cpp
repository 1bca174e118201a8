// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/random.hpp"

#include <fmt/format.h>

namespace ffdump {

Random Random::from_system() {
    std::random_device device;
    return Random((static_cast<std::uint64_t>(device()) << 32U) | device());
}

double Random::unit() {
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine_);
}

std::string Random::hex128() {
    return fmt::format("{:016x}{:016x}", bits(), bits());
}

}  // namespace ffdump

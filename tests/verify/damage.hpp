// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dump_pair.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// One kind of damage and what verify must say of it.
struct Damage {
    std::string name;
    Reason reason;
    std::string words;  ///< that the finding's text holds
    std::function<void(DumpPair&)> apply;
    std::optional<std::uint64_t> record_id;  ///< that the finding names
};

/// Does the damage to a fresh good pair, which must verify before, and checks the finding, the
/// verdict and the exit code.
void check_damage(const Damage& damage);

/// The same for damages of target files, and once more with a manifest whose lengths and checksums
/// fit the damaged files: the finding must come from the records themselves.
void check_damage_of_target(const Damage& damage);

void expect_finding(const VerifyReport& report, const Damage& damage);

}  // namespace ffdump

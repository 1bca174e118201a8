// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace ffdump {

/// A record's id: the full range of uint64, 0 to 2^64-1. FindFace uses all of it (vendor
/// documentation of reshard: default maximum 18446744073709551615), so it never passes a double.
struct RecordId {
    std::uint64_t value = 0;
    friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

}  // namespace ffdump

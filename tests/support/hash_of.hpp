// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/running_hash.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// XXH3-128 of all of it, in hexadecimal digits.
[[nodiscard]] inline std::string hash_of(std::string_view bytes) {
    RunningHash hash;
    hash.add(bytes);
    return hash.value().hex();
}

}  // namespace ffdump

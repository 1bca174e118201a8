// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ffdump {

/// Whether a decimal number says no more than `value`, which was read from it: the value, rounded
/// to as many digits, is that number, or it is the shortest one that is read as the value. So 0.1
/// stands for a float that is not quite 0.1, and 0.100000001490116 for the same one. Signs are not
/// looked at.
[[nodiscard]] bool is_spelling_of(std::string_view number, double value);
[[nodiscard]] bool is_spelling_of(std::string_view number, float value);

}  // namespace ffdump

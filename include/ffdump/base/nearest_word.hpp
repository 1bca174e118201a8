// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ffdump {

/// The candidate nearest to `word` by edit distance (swaps count one, case and `-`/`_` do not
/// count), or empty when none is near enough to be meant. For "did you mean ...".
[[nodiscard]] std::string nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace ffdump {

/// Decodes as many groups of four characters, which are no padding, from the front of `text` as the
/// processor takes at once; `done` groups, of three bytes each. Where it cannot, none are, and the
/// caller does them one by one. False when there is something else than base64 in them.
[[nodiscard]] bool decode_wide(std::string_view text, char* out, std::size_t& done) noexcept;

}  // namespace ffdump

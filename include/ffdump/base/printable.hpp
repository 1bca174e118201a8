// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ffdump {

/// `text` with control characters, bidi overrides, DEL and bytes that are not UTF-8 written as
/// \xNN or \u{NNNN}: names and ids of a hostile dump must not steer the operator's terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace ffdump

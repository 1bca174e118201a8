// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ffdump {

// The parts of JSON's grammar that simdjson leaves to whoever asks for a value: numbers of any
// size and escapes, checked on the raw text so that what is copied is proved to be JSON.

/// RFC 8259's number, whatever its size: 18446744073709551616, 1e999 and 1.0e+02 are.
[[nodiscard]] bool is_json_number(std::string_view token) noexcept;

/// Position of the first broken escape in the text between a string's quotes, or npos. Lone
/// surrogates are JSON and pass.
[[nodiscard]] std::size_t broken_escape(std::string_view text) noexcept;

/// Overwrites every byte that is not part of a UTF-8 sequence with '?': the length stays.
void mask_bytes_not_utf8(std::string& text) noexcept;

}  // namespace ffdump

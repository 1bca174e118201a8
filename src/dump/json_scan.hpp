// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ffdump {

// Finding borders in JSON text without parsing it: what the framing needs before a record may be
// given to the parser. All of it runs at memchr's speed inside strings, where a dump's bytes are.

inline constexpr std::size_t kNowhere = std::string_view::npos;

[[nodiscard]] constexpr bool is_json_space(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// First position from `from` that is not white space; text.size() when there is none.
[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t from) noexcept;

/// `text` without the white space at its end. Inline: called some forty times a record.
[[nodiscard]] inline std::string_view trim_end(std::string_view text) noexcept {
    while (!text.empty() && is_json_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// Position of the quote that closes the string whose content begins at `from`, or kNowhere.
[[nodiscard]] std::size_t string_end(std::string_view text, std::size_t from) noexcept;

/// One after the bracket that closes the one at `from`, counting brackets of both kinds alike (the
/// parser tells them apart), or kNowhere.
[[nodiscard]] std::size_t bracket_end(std::string_view text, std::size_t from) noexcept;

/// First comma or closing bracket from `from` that is outside of strings and brackets, or kNowhere.
[[nodiscard]] std::size_t element_border(std::string_view text, std::size_t from) noexcept;

/// One after the value that begins at `from`, or kNowhere when it does not end in `text`.
[[nodiscard]] std::size_t value_end(std::string_view text, std::size_t from) noexcept;

[[nodiscard]] std::uint64_t count_newlines(std::string_view text) noexcept;

}  // namespace ffdump

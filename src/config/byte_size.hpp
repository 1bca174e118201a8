// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// "65536", "64KiB", "24 MiB", "1GiB"; nothing when it is none or over 2^63.
[[nodiscard]] std::optional<std::uint64_t> parse_byte_size(std::string_view text);

/// The shortest of these spellings: "24MiB".
[[nodiscard]] std::string byte_size_text(std::uint64_t bytes);

/// Decimal digits only, no sign; nothing on anything else or over 2^64-1.
[[nodiscard]] std::optional<std::uint64_t> parse_whole(std::string_view text);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {

/// Standard alphabet, padded. On the hot path (every record is decoded and encoded once), hence
/// wide tables here rather than a library's byte-wise loop.
void append_base64(std::string& out, std::string_view bytes);

/// Strict: standard alphabet, complete padding, zero spare bits, no white space. Nothing when the
/// text is not such base64. `escaped_slashes` lets `\/` stand for `/`.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text,
                                                       bool escaped_slashes = false);

/// How many bytes a text without escapes holds; nothing when it cannot be base64.
[[nodiscard]] std::optional<std::size_t> bytes_in_base64(std::string_view text) noexcept;
/// The same as decode_base64() without escapes, into memory at hand: as many bytes as
/// bytes_in_base64() says. False when it is not base64; `out` is then undefined.
[[nodiscard]] bool decode_base64_into(std::string_view text, std::span<char> out) noexcept;

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// In what the values of a dump are written: the one place that knows how a string or number of a
/// record is spelled. A token is what RecordSpan and StatedValues point to: of a JSON string the
/// text between its quotes, else the whole value; an empty one is an empty string.
enum class Notation : std::uint8_t { json, msgpack };

/// What a string says. Fails with `record_malformed` where it is no string or not UTF-8.
[[nodiscard]] Result<std::string> text_of(Notation notation, std::string_view token);
/// A whole number from 0 to 2^64-1; of the head of a msgpack array the number of its elements.
[[nodiscard]] std::optional<std::uint64_t> number_of(Notation notation, std::string_view token);
/// Appends the token of `text`, which must be UTF-8, or of `number`, in place of the token `old`.
void append_text(std::string& out, Notation notation, std::string_view text, std::string_view old);
void append_number(std::string& out, Notation notation, std::uint64_t number, std::string_view old);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/dump/notation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

// What keys and values of members say, whatever they are written in.

/// A text as it stands in a dump: JSON with its quotes, or a whole token of msgpack.
struct SpelledText {
    std::string token;
    Notation notation = Notation::json;
};

[[nodiscard]] bool is_key(const NeutralMember& member, std::string_view key);
/// Fails with `record_malformed` when it is no text or not UTF-8.
[[nodiscard]] Result<std::string> plain_key(const NeutralMember& member);
/// For messages: printable and not too long, whatever it is.
[[nodiscard]] std::string shown_key(std::string_view key);
[[nodiscard]] std::string shown_key(const NeutralMember& member);

/// The value where it is a text; nothing when it is something else, or the member is not there.
[[nodiscard]] std::optional<SpelledText> spelled_text(const NeutralMember* member);
[[nodiscard]] std::optional<std::string> plain_text(const NeutralMember* member);
/// The value where it is a whole number from 0 to 2^64-1.
[[nodiscard]] std::optional<std::uint64_t> whole_number(const NeutralMember* member);
/// null, or nil.
[[nodiscard]] bool is_nothing(const NeutralMember& member);
/// Whether the value may be opened: an object or a map.
[[nodiscard]] bool is_object(const NeutralMember& member);
/// Whether the value is an array of msgpack.
[[nodiscard]] bool is_msgpack_array(const NeutralMember& member);

/// Whether the value is a text that means the same.
[[nodiscard]] bool means(const NeutralMember* member, const SpelledText& text);
[[nodiscard]] bool mean_the_same(const SpelledText& a, const SpelledText& b);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// What may stand in one object and those in it that are opened: each member takes some 200 bytes
/// of memory, and may take 5 in a dump, or 2 in msgpack.
inline constexpr std::size_t kMostMembers = 65'536;

// All fail without a place: with `record_malformed` when the value is not what it should be, and
// with `layout_cannot_carry` beyond kMostMembers.

/// Reads the members of a JSON object, opening those that lead to one of `parts`.
[[nodiscard]] Result<void> open_members(std::string_view object, const PartPaths& parts,
                                        NeutralMembers& members);
/// The same of a map of msgpack, or of an array, whose places become keys that `texts` keeps. An
/// array within it has no members: when a part is in one, that is `layout_cannot_carry`.
[[nodiscard]] Result<void> open_msgpack(std::string_view value, const PartPaths& parts,
                                        NeutralMembers& members, std::deque<std::string>& texts);
/// Opens a member that is_object().
[[nodiscard]] Result<void> open_member(NeutralMember& member);

/// The place of an array that `key` names; nothing when it names none.
[[nodiscard]] std::optional<std::size_t> place_of_key(std::string_view key);

}  // namespace ffdump

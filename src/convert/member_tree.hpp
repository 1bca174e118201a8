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

[[nodiscard]] NeutralMember* find_part(NeutralMembers& members, Part part);
[[nodiscard]] NeutralMember* find_key(NeutralMembers& members, std::string_view key);
/// The first member that is not open, wherever it is: "meta.x", or nothing.
[[nodiscard]] std::string first_leaf(const NeutralMembers& members);

/// Removes the member with this part, and the objects that held nothing else.
void remove_part(NeutralMembers& members, Part part);
/// The same of the member at `path`, whatever it means.
void remove_at(NeutralMembers& members, const FieldPath& path);

/// Puts `member` at `path`, behind the parts that come before it and in front of everything else;
/// missing objects are made, with keys that `texts` keeps. The member takes the white space of its
/// neighbours. Fails with `layout_cannot_carry`, without a place, when something else is there.
[[nodiscard]] Result<void> put_at(NeutralMembers& members, const FieldPath& path,
                                  NeutralMember member, std::deque<std::string>& texts);

/// Gives the member another key, which `texts` keeps.
void set_key(NeutralMember& member, const std::string& key, std::deque<std::string>& texts);

/// The members among which the part is.
[[nodiscard]] NeutralMembers* siblings_of(NeutralMembers& members, Part part);
/// Takes the member with this part out, and the objects that held nothing else.
[[nodiscard]] std::optional<NeutralMember> take_part(NeutralMembers& members, Part part);

/// `layout_cannot_carry`: at the first keys of `path`, up to number `depth`, stands something else.
[[nodiscard]] Error in_the_way(const FieldPath& path, std::size_t depth);
/// Text of `path` for messages.
[[nodiscard]] std::string dotted(const FieldPath& path);

}  // namespace ffdump

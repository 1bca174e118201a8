// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace ffdump {

/// What may stand in one object and those in it that are opened: each member takes some 200 bytes
/// of memory, and may take 5 in a dump.
inline constexpr std::size_t kMostMembers = 65'536;

/// Reads the members of a JSON object, opening those that lead to one of `parts`. Fails, without a
/// place, with `record_malformed` when it is none, and with `layout_cannot_carry` beyond
/// kMostMembers.
[[nodiscard]] Result<void> open_members(std::string_view object, const PartPaths& parts,
                                        NeutralMembers& members);

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

/// Text of `path` for messages.
[[nodiscard]] std::string dotted(const FieldPath& path);

/// Brings members from the places of one layout to those of another. Where only the key differs it
/// is renamed where it stands; else the member is taken out and put in as put_at() does. Parts that
/// the target has no place for stay where they are.
class MemberMover {
 public:
    MemberMover(const PartPaths& from, const PartPaths& to);
    [[nodiscard]] Result<void> move(NeutralMembers& members, std::deque<std::string>& texts) const;

 private:
    struct Move {
        Part part = Part::none;
        FieldPath from;  ///< once the moves before it are done
        FieldPath to;
    };
    std::vector<Move> moves_;  ///< of those that differ
};

}  // namespace ffdump

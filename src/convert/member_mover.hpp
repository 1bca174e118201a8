// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"

#include <deque>
#include <string>
#include <vector>

namespace ffdump {

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
    void hide_keys(NeutralMembers& members) const;

    std::vector<Move> moves_;  ///< of those that differ
};

}  // namespace ffdump

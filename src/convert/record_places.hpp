// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ffdump {

/// Whether records of the layout are arrays of msgpack, whose fields are told by their places: all
/// paths begin with a number.
[[nodiscard]] bool has_places(const Profile& profile);

/// Removes fields of an array that are nil because a place cannot be left out.
void remove_empty_places(NeutralMembers& members);

/// Which member of a record stands at which place of an array. One layout, one thread; reused.
class RecordPlaces {
 public:
    /// `profile`, which has_places(), must outlive it.
    explicit RecordPlaces(const Profile& profile);

    /// Fails with `layout_cannot_carry`; the text begins with the field's keys. An array of the
    /// source keeps its length; any other record gets all places that the layout names.
    [[nodiscard]] Result<void> place(const NeutralRecord& record);
    /// By place; nullptr where nothing is. Valid as long as the record.
    [[nodiscard]] const std::vector<const NeutralMember*>& members() const noexcept {
        return members_;
    }

 private:
    const Profile& profile_;
    std::vector<bool> is_named_;  ///< by place
    std::vector<const NeutralMember*> members_;
};

}  // namespace ffdump

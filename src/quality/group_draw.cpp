// SPDX-License-Identifier: Apache-2.0
#include "group_draw.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {

bool GroupDraw::wants(std::uint64_t group, std::uint64_t record) const {
    if (group >= ceiling_) {
        return false;
    }
    const auto known = groups_.find(group);
    return known == groups_.end() || known->second.wants(record);
}

void GroupDraw::add(std::uint64_t group, DrawnRecord record) {
    const auto [known, is_new] =
        groups_.try_emplace(group, DrawSize{.records = kMostOfGroup, .percent = {}}, kMostOfGroup);
    known->second.add(std::move(record));
    std::size_t& size = sizes_[group];
    kept_ += size < kMostOfGroup ? 1 : 0;
    size = std::min(size + 1, kMostOfGroup);
    // Groups only grow: one that has no room now has none later.
    while (kept_ > most_ && groups_.size() > 1) {
        const auto last = std::prev(groups_.end());
        ceiling_ = last->first;
        kept_ -= sizes_[last->first];
        sizes_.erase(last->first);
        groups_.erase(last);
    }
}

std::vector<std::vector<DrawnRecord>> GroupDraw::take() {
    std::vector<std::vector<DrawnRecord>> groups;
    for (auto& [rank, draw] : groups_) {
        groups.push_back(draw.take());
    }
    return groups;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "dimension_vote.hpp"

namespace ffdump {

void DimensionVote::add(std::size_t dimension) {
    constexpr std::uint64_t kQuorum = 2;
    if (decided_ != 0) {
        return;
    }
    ++all_;
    const std::uint64_t votes = ++votes_[dimension];
    if (votes >= kQuorum && 2 * votes > all_) {
        decided_ = dimension;
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "same_images.hpp"

#include <utility>

namespace ffdump {

SameImages::Met SameImages::meet(const Ticket& ticket, std::string_view key) {
    BlockWork& work = *ticket.work;
    auto [at, is_new] = latest_.try_emplace(std::string(key));
    const RecordFate::Twin other = std::exchange(at->second, {ticket.work, ticket.index});
    keys_[ticket.work].push_back(at->first);
    if (is_new || other.work->file != work.file) {
        return Met::none;
    }
    const RecordFate& fate = other.work->fates[other.index];
    if (fate.state == RecordFate::State::changed) {
        work.take_source(ticket.index, fate);
        work.settle_changed(ticket.index, fate.facen, fate.norm);
        return Met::settled;
    }
    if (fate.state == RecordFate::State::open) {
        other.work->join(other.index, {ticket.work, ticket.index});
        return Met::joined;
    }
    return Met::none;
}

void SameImages::forget(const BlockWork& block) {
    const auto keys = keys_.find(&block);
    if (keys == keys_.end()) {
        return;
    }
    for (const std::string& key : keys->second) {
        const auto at = latest_.find(key);
        if (at != latest_.end() && at->second.work == &block) {
            latest_.erase(at);
        }
    }
    keys_.erase(keys);
}

}  // namespace ffdump

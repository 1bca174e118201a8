// SPDX-License-Identifier: Apache-2.0
#include "transfer_pool.hpp"

#include <utility>

namespace ffdump {

CurlTransfer& TransferPool::take(HttpMethod method) {
    std::vector<std::unique_ptr<CurlTransfer>>& idle = idle_for(method);
    if (idle.empty()) {
        idle.push_back(std::make_unique<CurlTransfer>(limits_, sockets_));
    }
    CurlTransfer& taken = *idle.back();
    taken.pool_place = {active_.size(), method};
    active_.push_back(std::move(idle.back()));
    idle.pop_back();
    return taken;
}

void TransferPool::give_back(CurlTransfer& transfer) {
    const auto [index, method] = transfer.pool_place;
    std::swap(active_[index], active_.back());
    active_[index]->pool_place.index = index;
    idle_for(method).push_back(std::move(active_.back()));
    active_.pop_back();
}

void TransferPool::clear() noexcept {
    active_.clear();
    idle_.clear();
    idle_posts_.clear();
}

}  // namespace ffdump

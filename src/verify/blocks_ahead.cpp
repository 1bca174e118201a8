// SPDX-License-Identifier: Apache-2.0
#include "blocks_ahead.hpp"

#include <cstddef>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kBlocksAhead = 8;
constexpr std::size_t kBytesAhead = 4U << 20U;  ///< a block of one record may hold 64 MiB

}  // namespace

BlocksAhead::BlocksAhead(RecordReader& reader)
    : reader_(reader), relay_(kBlocksAhead, kBytesAhead) {}

BlocksAhead::~BlocksAhead() {
    relay_.leave();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void BlocksAhead::run() {
    while (std::optional<RecordBlock> block = relay_.take_empty()) {
        const Result<bool> more = reader_.next(*block);
        if (!more || !*more) {
            ended_ = more.map([](bool) {});
            break;
        }
        const std::size_t bytes = block->capacity;
        relay_.hand_over(std::move(*block), bytes);
    }
    relay_.end();
}

Result<bool> BlocksAhead::next(RecordBlock& block) {
    if (!is_ahead_) {
        const Result<bool> more = reader_.next(block);
        if (more && *more && !block.last) {
            is_ahead_ = true;
            thread_ = std::thread([this] { run(); });
        }
        return more;
    }
    std::optional<RecordBlock> read = relay_.take_full();
    if (!read) {
        if (thread_.joinable()) {
            thread_.join();
        }
        return ended_.map([] { return false; });
    }
    std::swap(block, *read);
    if (read->capacity > kBytesAhead) {
        *read = {};
    }
    relay_.give_back(std::move(*read));
    return true;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "read_buffer.hpp"

#include "record_parser.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

RawBytes make_raw_bytes(std::size_t size) {
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays): see RawBytes
    return std::make_unique_for_overwrite<char[]>(size);
}

}  // namespace

void ReadBuffer::reserve(std::size_t wanted) {
    const std::size_t needed = wanted + RecordParser::kPadding;
    if (needed <= capacity_) {
        return;
    }
    const std::size_t capacity = std::max(needed, 2 * capacity_);
    RawBytes grown = make_raw_bytes(capacity);
    if (size_ != 0) {
        std::memcpy(grown.get(), data_.get(), size_);
    }
    data_ = std::move(grown);
    capacity_ = capacity;
}

Result<void> ReadBuffer::fill(std::size_t wanted) {
    reserve(std::max(wanted, size_));
    while (!at_end_ && size_ < wanted) {
        const Result<std::size_t> count = source_.read({data_.get() + size_, wanted - size_});
        if (!count) {
            return failed(count.error());
        }
        size_ += *count;
        at_end_ = *count == 0;
    }
    // What the parser sees behind the last record must not depend on what was there before.
    std::memset(data_.get() + size_, 0, RecordParser::kPadding);
    return {};
}

void ReadBuffer::hand_over(RecordBlock& block, std::size_t used, std::size_t usual) {
    const std::size_t rest = size_ - used;
    const std::size_t needed = std::max(rest, usual) + RecordParser::kPadding;
    constexpr std::size_t kExcess = 4;
    RawBytes spare = std::move(block.bytes);
    std::size_t spare_capacity = block.capacity;
    if (spare == nullptr || spare_capacity < needed || spare_capacity / kExcess > needed) {
        spare = make_raw_bytes(needed);
        spare_capacity = needed;
    }
    if (rest != 0) {
        std::memcpy(spare.get(), data_.get() + used, rest);
    }
    block.bytes = std::exchange(data_, std::move(spare));
    block.capacity = std::exchange(capacity_, spare_capacity);
    block.used = used;
    size_ = rest;
}

}  // namespace ffdump

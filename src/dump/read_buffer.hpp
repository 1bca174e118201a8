// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/io/byte_source.hpp"

#include <cstddef>
#include <string_view>

namespace ffdump {

/// The bytes read from a source and not yet handed out in a block. A block is given the buffer
/// itself; what is left over moves once, into the buffer that the block brings back.
class ReadBuffer {
 public:
    explicit ReadBuffer(ByteSource& source) : source_(source) {}

    /// Reads until `wanted` bytes are held or the source ends.
    [[nodiscard]] Result<void> fill(std::size_t wanted);

    [[nodiscard]] std::string_view bytes() const noexcept { return {data_.get(), size_}; }
    /// Readable memory from the begin of bytes(): more than its size by RecordParser::kPadding.
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// The source has no more than bytes().
    [[nodiscard]] bool at_end() const noexcept { return at_end_; }

    /// Gives the first `used` bytes to `block`; the rest stays. `usual` is how much a buffer should
    /// hold: one that an exceptional record blew up is not kept.
    void hand_over(RecordBlock& block, std::size_t used, std::size_t usual);

 private:
    void reserve(std::size_t wanted);

    ByteSource& source_;
    RawBytes data_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    bool at_end_ = false;
};

}  // namespace ffdump

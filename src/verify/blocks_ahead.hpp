// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/relay.hpp"
#include "ffdump/dump/record_reader.hpp"

#include <optional>
#include <thread>

namespace ffdump {

/// Reads a file's blocks on a thread of its own, a few ahead of the one that is looked at; a file
/// of one block needs none. Whatever `reader` and its source touch belongs to that thread until
/// next() has returned false or failed, or this object is gone.
class BlocksAhead {
 public:
    /// `reader` must outlive it.
    explicit BlocksAhead(RecordReader& reader);
    /// Stops after the block at hand and joins.
    ~BlocksAhead();
    BlocksAhead(const BlocksAhead&) = delete;
    BlocksAhead& operator=(const BlocksAhead&) = delete;

    /// As RecordReader::next(), which says of which block it fails.
    [[nodiscard]] Result<bool> next(RecordBlock& block);

 private:
    void run();

    RecordReader& reader_;
    Relay<RecordBlock> relay_;
    Result<void> ended_;     ///< how; the thread's own until it is joined
    bool is_ahead_ = false;  ///< the thread was started
    std::thread thread_;
};

}  // namespace ffdump

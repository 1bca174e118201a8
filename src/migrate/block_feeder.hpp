// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "pipeline_events.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/migrate/migration_plan.hpp"
#include "ffdump/record/running_hash.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ffdump {

/// A file to read, from where, and what its bytes must hash to when it is read whole.
struct FeedFile {
    std::uint32_t file = 0;
    ReadPosition start;
};

/// Reads the plan's files on a thread of its own and posts BlockRead in order, then ReadingEnded.
/// Blocks that are not given back count against `window_bytes`; the reader waits for room, so the
/// window bounds memory and the distance between the first unfinished record and the newest.
class BlockFeeder {
 public:
    BlockFeeder(FileSystem& files, const MigrationPlan& plan, ReadLimits limits,
                std::size_t window_bytes, PipelineMailbox& mailbox);
    /// Stops and joins.
    ~BlockFeeder();
    BlockFeeder(const BlockFeeder&) = delete;
    BlockFeeder& operator=(const BlockFeeder&) = delete;

    void start(std::vector<FeedFile> feed);
    /// A written block comes back: its room is free, its buffers are used again.
    void give_back(std::unique_ptr<BlockWork> work);
    void stop();
    /// The reader waits, or will, until a block is given back. Any thread.
    [[nodiscard]] bool is_full() const;

 private:
    void run(const std::vector<FeedFile>& feed);
    [[nodiscard]] Result<void> read_file(const FeedFile& feed);
    [[nodiscard]] std::unique_ptr<BlockWork> wait_for_room();

    FileSystem& files_;
    const MigrationPlan& plan_;
    ReadLimits limits_;
    std::size_t window_bytes_;
    PipelineMailbox& mailbox_;
    mutable std::mutex mutex_;
    std::condition_variable room_;
    std::size_t out_bytes_ = 0;
    bool stopping_ = false;
    std::vector<std::unique_ptr<BlockWork>> spare_;
    std::optional<std::uint32_t> untrue_file_;  ///< the reading thread's
    std::thread thread_;
};

}  // namespace ffdump

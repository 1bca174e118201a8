// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame_format.hpp"

#include "ffdump/base/result.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ffdump {

/// Takes the bytes of an archive, front to back.
using ArchiveSink = std::function<Result<void>(std::string_view bytes)>;

/// Cuts a tar stream into frames, packs them side by side and writes them in order, marks and seek
/// table included. Frames know nothing of each other, so the bytes are the same for any number of
/// threads. Memory: two frames a thread, packed and not. Belongs to the thread that made it.
class FrameWriter {
 public:
    struct Shape {
        unsigned threads = 1;
        int level = 3;
        std::size_t frame_bytes = kFrameContentBytes;
    };
    FrameWriter(const Shape& shape, ArchiveSink sink);
    ~FrameWriter();
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;

    /// Fails as the sink does.
    [[nodiscard]] Result<void> add(std::string_view bytes);
    /// What follows begins a frame.
    [[nodiscard]] Result<void> end_frame();
    /// Everything has gone to the sink, the seek table last.
    [[nodiscard]] Result<void> finish();
    /// Of the archive so far.
    [[nodiscard]] std::uint64_t packed_bytes() const noexcept { return packed_bytes_; }

 private:
    struct Job {
        std::string content;
        std::optional<std::string> frame;
        bool is_done = false;
    };

    void work(int level);
    [[nodiscard]] Result<void> write_oldest();
    [[nodiscard]] Result<void> write(std::string_view bytes);

    ArchiveSink sink_;
    std::size_t frame_bytes_;
    std::string content_;  ///< of the frame that is open
    std::uint64_t tar_offset_ = 0;
    std::uint64_t packed_bytes_ = 0;
    std::vector<FrameSizes> frames_;
    std::deque<std::shared_ptr<Job>> in_order_;

    std::mutex mutex_;  ///< guards jobs' results and the two below
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Job>> to_pack_;
    bool is_over_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace ffdump

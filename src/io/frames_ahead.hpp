// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ffdump {

/// Runs of whole frames of zstd, unpacked side by side and given back in the order in which they
/// came. Belongs to the thread that made it. Memory: of a run a thread and one more, packed and
/// not.
class FramesAhead {
 public:
    /// For the caller: a frame that is longer is not worth its memory.
    static constexpr std::size_t kMostPacked = std::size_t{8} << 20U;
    /// What a run may hold; otherwise it is not good.
    static constexpr std::size_t kMostContent = std::size_t{16} << 20U;

    /// Null when the system gives no thread.
    [[nodiscard]] static std::unique_ptr<FramesAhead> start(unsigned threads);
    ~FramesAhead();
    FramesAhead(const FramesAhead&) = delete;
    FramesAhead& operator=(const FramesAhead&) = delete;

    [[nodiscard]] bool is_full() const noexcept { return added_ - dropped_ == runs_.size(); }
    [[nodiscard]] bool is_empty() const noexcept { return added_ == dropped_; }

    struct Run {
        std::string packed;  ///< kept from run to run, for its memory
        std::uint64_t frames = 0;
        std::string content;   ///< as well
        std::size_t size = 0;  ///< so much of it is this run's
        bool is_good = false;  ///< unpacked whole; otherwise `size` means nothing
    };
    /// There must be room.
    void add(std::string_view packed, std::uint64_t frames);
    /// Waits until it is unpacked. There must be one; it is there until it is dropped.
    [[nodiscard]] const Run& oldest();
    void drop_oldest();
    /// The packed bytes of all, the oldest first; then there are none.
    [[nodiscard]] std::string take_back();

 private:
    explicit FramesAhead(unsigned threads);
    void work();
    [[nodiscard]] Run& at(std::uint64_t number) { return runs_[number % runs_.size()]; }

    std::vector<Run> runs_;      ///< a ring
    std::uint64_t dropped_ = 0;  ///< runs before it are gone; the owner's alone

    std::mutex mutex_;  ///< guards the four below, written by others than the owner or read by them
    std::condition_variable changed_;
    std::uint64_t added_ = 0;  ///< written by the owner alone
    std::uint64_t begun_ = 0;
    std::vector<char> is_done_;  ///< for each place of the ring
    bool is_over_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace ffdump

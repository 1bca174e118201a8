// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace ffdump {

/// A stretch of a part file as it was handed to the kernel: between two commits.
struct WrittenRegion {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string hash;  ///< XXH3-128, hex; empty for a head, which is written anew before sealing
};

/// What reading a finished part file back has shown.
struct SealedFile {
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// Whether a reading that may take long is to end before its time, which it does with
/// `interrupted`. Asked once a piece, on the thread that reads.
using IsStopped = std::function<bool()>;

/// Reads `path` once from the disk, compares every region with what was written, and computes
/// SHA-256: the manifest states what the disk returned, not what memory held. Fails with
/// `output_damaged` and the byte offset of the region.
[[nodiscard]] Result<SealedFile> read_back(FileSystem& files, const std::string& path,
                                           const std::vector<WrittenRegion>& regions,
                                           const IsStopped& is_stopped);

/// Reads regions back and compares them; `output_damaged` when one differs or is not there.
[[nodiscard]] Result<void> check_regions(FileSystem& files, const std::string& path,
                                         std::span<const WrittenRegion> regions,
                                         const IsStopped& is_stopped);

/// Where the last one ends; 0 without any.
[[nodiscard]] std::uint64_t end_of(std::span<const WrittenRegion> regions);

/// Runs read_back on a thread of its own, one file after the other, so that the next file's records
/// do not wait. The destructor breaks the file at hand off and joins.
class FileSealer {
 public:
    using Done = std::function<void(std::uint32_t file, Result<SealedFile> sealed)>;

    /// `done` is called on the sealer's thread.
    FileSealer(FileSystem& files, Done done);
    ~FileSealer();
    FileSealer(const FileSealer&) = delete;
    FileSealer& operator=(const FileSealer&) = delete;

    /// `head`: what is to stand in the first region before the file is read back, as long as what
    /// stands there. May be done again after a crash.
    void seal(std::uint32_t file, std::string path, std::vector<WrittenRegion> regions,
              std::optional<std::string> head = std::nullopt);

 private:
    struct Task {
        std::uint32_t file = 0;
        std::string path;
        std::vector<WrittenRegion> regions;
        std::optional<std::string> head;
    };
    void run();
    [[nodiscard]] Result<SealedFile> sealed(Task& task);

    FileSystem& files_;
    Done done_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace ffdump

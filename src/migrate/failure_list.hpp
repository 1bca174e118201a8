// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_sealer.hpp"

#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/record/running_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// failures.jsonl.part while it is written. One thread. Every Error is of the machine and final for
/// the run. `files` and `directory` must outlive it.
class FailureList {
 public:
    FailureList(FileSystem& files, const OutputDirectory& directory)
        : files_(files), directory_(directory) {}

    /// Takes up what is durable and cuts off the rest; makes the name durable.
    [[nodiscard]] Result<void> resume(std::vector<WrittenRegion> regions);
    void add(std::string_view line) { buffer_ += line; }
    /// Bytes that are not written yet.
    [[nodiscard]] std::size_t pending() const noexcept { return buffer_.size(); }
    [[nodiscard]] Result<void> flush();
    /// What was written since the last region is one; returns its hash, empty when nothing was.
    std::string end_region();
    [[nodiscard]] Result<void> sync() { return file_->sync(); }
    [[nodiscard]] Result<void> close() { return file_->close(); }

    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Of all its bytes, after end_region().
    [[nodiscard]] const std::vector<WrittenRegion>& regions() const noexcept { return regions_; }

 private:
    FileSystem& files_;
    const OutputDirectory& directory_;
    std::unique_ptr<File> file_;
    std::string buffer_;
    std::uint64_t bytes_ = 0;
    std::vector<WrittenRegion> regions_;
    RunningHash hash_;  ///< of what came since the last of them
};

}  // namespace ffdump

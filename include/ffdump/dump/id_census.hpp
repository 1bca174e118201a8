// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ffdump {

/// Finds ids that occur twice, exactly and in bounded memory: ids are collected in runs of fixed
/// size, each sorted and put into an unnamed file, and merged at the end. One gallery, one thread.
class IdCensus {
 public:
    /// `folder` takes the temporary file (8 bytes an id); it is only made when a run is full.
    IdCensus(FileSystem& files, std::string folder, std::size_t run_ids = 64U << 10U);
    ~IdCensus();
    IdCensus(const IdCensus&) = delete;
    IdCensus& operator=(const IdCensus&) = delete;

    [[nodiscard]] Result<void> add(RecordId id);

    struct Duplicates {
        std::uint64_t count = 0;         ///< ids that occur more than once
        std::vector<RecordId> examples;  ///< the smallest of them, at most `limit`
    };
    /// Merges; the census must not be used afterwards.
    [[nodiscard]] Result<Duplicates> finish(std::size_t limit = 10);

 private:
    [[nodiscard]] Result<void> spill();
    FileSystem& files_;
    std::string folder_;
    std::size_t run_ids_;
    std::vector<std::uint64_t> ids_;
    std::vector<std::size_t> runs_;  ///< sizes of the runs in the file, in order
    std::unique_ptr<File> file_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/record_block.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/migrate/image_round.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace ffdump {

/// The records of a plan that name an image, one after the other: those of files that are migrated.
class RoundRecords {
 public:
    /// `files` and `plan` must outlive it.
    RoundRecords(FileSystem& files, const MigrationPlan& plan, ReadLimits limits,
                 std::uint64_t most_of_a_gallery)
        : files_(files), plan_(plan), limits_(limits), most_(most_of_a_gallery) {}

    /// Nothing at the end. An id that is no valid string comes as it stands.
    [[nodiscard]] Result<std::optional<RoundRecord>> next();
    /// Records passed, with or without image.
    [[nodiscard]] std::uint64_t passed() const noexcept { return passed_; }

 private:
    [[nodiscard]] Result<bool> next_block();
    [[nodiscard]] Result<bool> next_file();

    FileSystem& files_;
    const MigrationPlan& plan_;
    ReadLimits limits_;
    std::uint64_t most_;
    std::uint64_t given_ = 0;
    std::uint64_t passed_ = 0;
    std::size_t next_file_ = 0;
    std::size_t at_ = 0;
    RecordBlock block_;
    std::unique_ptr<File> file_;
    std::unique_ptr<ByteSource> source_;
    std::unique_ptr<RecordReader> reader_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/record_block.hpp"
#include "ffdump/dump/record_walk.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/migrate/image_round.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace ffdump {

/// The records of a plan that name an image, one after the other: those of files that are migrated.
class RoundRecords final : public RoundSource {
 public:
    /// `files` and `plan` must outlive it.
    RoundRecords(FileSystem& files, const MigrationPlan& plan, ReadLimits limits,
                 std::uint64_t most_of_a_gallery)
        : files_(files), plan_(plan), limits_(limits), most_(most_of_a_gallery) {}

    /// An id that is no valid string comes as it stands.
    [[nodiscard]] Result<std::optional<RoundRecord>> next() override;
    [[nodiscard]] std::uint64_t passed() const noexcept override { return passed_; }
    [[nodiscard]] std::uint64_t total() const noexcept override;

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
    std::unique_ptr<RecordWalk> walk_;
};

}  // namespace ffdump

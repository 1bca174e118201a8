// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/redo_log.hpp"
#include "ffdump/record/facen.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Facens that an earlier process of the run got: what it did not come to commit, each used once,
/// and some of all for the model guard. In memory is only where they stand, 64 bytes each at most:
/// a retry keeps every new facen of a file until the file is whole.
class RedoneResults {
 public:
    RedoneResults(FileSystem& files, std::string folder, std::string run_id);

    /// `ordinals`: for each file of the plan, of the first record that is not committed.
    [[nodiscard]] Result<std::vector<RedoLog::Segment>> load(
        const std::vector<std::uint64_t>& ordinals);
    /// Of two for one record the later one counts.
    [[nodiscard]] Result<std::optional<Facen>> take(const RecordPlace& place);

    /// Of each target the newest results and some from all over the rest. `lane_of`: the target of
    /// a file. A service that has another model since, or had another one for a while, shows here.
    [[nodiscard]] Result<std::vector<RedoEntry>> samples(
        const std::function<std::size_t(std::uint32_t)>& lane_of);

 private:
    struct Item {
        RecordPlace place;
        RedoWhere where;
    };

    FileSystem& files_;
    std::string folder_;
    std::string run_id_;
    RedoReader reader_;
    std::vector<Item> arrived_;  ///< all, in this order
    std::vector<Item> usable_;   ///< by place; of one place the latest only
};

}  // namespace ffdump

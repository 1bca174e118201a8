// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group_scores.hpp"
#include "unit_rows.hpp"

#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/quality/quality.hpp"

#include <cstdint>
#include <vector>

namespace ffdump {

/// Records of one gallery with their facens of both models, those of one group side by side.
struct PairedSample {
    std::vector<RecordId> ids;
    std::vector<GroupRange> groups;  ///< empty without groups
    UnitRows before{1};
    UnitRows after{1};
    std::uint64_t records = 0;    ///< of the new file
    std::uint64_t ungrouped = 0;  ///< of the new file
    std::uint64_t unlike = 0;     ///< drawn records whose facen changed; 0 = a copied gallery
};

/// Draws from the new file and looks the drawn records up in the old one, each read once. Records
/// that the old one lacks, or that have no valid facen of their gallery's dimension, are left out.
[[nodiscard]] Result<PairedSample> draw_pairs(FileSystem& files, const DumpFile& before,
                                              const DumpFile& after, const QualityOptions& options);

}  // namespace ffdump

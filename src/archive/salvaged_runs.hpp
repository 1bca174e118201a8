// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tar_pieces.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/compression.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ffdump {

/// What is there of a file between two gaps, to be read once.
struct SalvagedRun {
    std::unique_ptr<ByteSource> bytes;
    bool begins_file = false;
};

/// The runs of a member whose bytes begin at `data_at` of the tar stream. Those of a packed member
/// are unpacked: behind a gap from the first frame on that is whole at its beginning; where a
/// frame is cut off they end. `pieces` must outlive them.
[[nodiscard]] std::vector<SalvagedRun> open_runs(TarPieces& pieces,
                                                 const std::vector<TarRange>& runs,
                                                 std::uint64_t data_at, Compression::Kind packing);

}  // namespace ffdump

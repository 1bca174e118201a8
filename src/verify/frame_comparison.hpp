// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dump_cursor.hpp"
#include "file_comparison.hpp"
#include "findings.hpp"

namespace ffdump {

/// Compares what stands before the first and after the last record, both cursors at the end: the
/// same bytes but for what is brought up to date (model, dimension, number of records), which must
/// be what the new dump holds; and an array whose bracket the source lacks may have been mended.
void compare_frames(const ComparisonContext& context, const ComparedFile& compared,
                    const DumpCursor& source, const DumpCursor& target, std::uint64_t records);

}  // namespace ffdump

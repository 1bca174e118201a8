// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_sealer.hpp"
#include "run_recovery.hpp"

#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/output_directory.hpp"

namespace ffdump {

/// Compares what the journal says of each file and of the list of failures with what is on the
/// disk, and settles what a power loss has left between the two. Fails with `output_damaged`, the
/// files as they were.
[[nodiscard]] Result<void> match_files(FileSystem& files, const OutputDirectory& directory,
                                       RecoveredRun& run, const IsStopped& is_stopped);

/// Makes failures.jsonl.part the list to go on with; see the order of events in CONTRIBUTING.
[[nodiscard]] Result<void> recover_failures(FileSystem& files, const OutputDirectory& directory,
                                            const RecoveredRun& run, const IsStopped& is_stopped);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_recovery.hpp"

#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/output_directory.hpp"

namespace ffdump {

/// What a run that is taken up relies on beside its own output: of a retry the files of the earlier
/// run that it will read, and, when the model is checked, the canaries of which the journal says
/// that they are durable. Fails with `output_damaged` when they are not what they were, or as
/// load_manifest() and load_canaries() do.
[[nodiscard]] Result<void> check_what_is_kept(FileSystem& files, const OutputDirectory& directory,
                                              const RecoveredRun& run, bool model_is_checked,
                                              const IsStopped& is_stopped);

/// rewind_run(), when the run is not finished, and of the one that is meant alone: what is made
/// void is lost. Fails with `resume_refused` as check_same_run() does.
[[nodiscard]] Result<void> rewind_same_run(FileSystem& files, const OutputDirectory& directory,
                                           const RunBegin& wanted);

}  // namespace ffdump

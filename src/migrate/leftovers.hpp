// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/output_directory.hpp"

namespace ffdump {

/// Removes what a complete run does not need: what a retry put aside, canaries, and temporary
/// files of processes that were killed. Their absence is durable then: canaries are biometric data.
[[nodiscard]] Result<void> remove_leftovers(FileSystem& files, const OutputDirectory& directory);

/// A retry that withdrew the manifest and came no further has changed nothing: the manifest is put
/// back, and the run is complete as before.
[[nodiscard]] Result<void> undo_withdrawal(FileSystem& files, const OutputDirectory& directory);

}  // namespace ffdump

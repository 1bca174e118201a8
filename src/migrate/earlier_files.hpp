// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_sealer.hpp"

#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <vector>

namespace ffdump {

/// A retry takes facens from the earlier run's files, and a new manifest will vouch for them: reads
/// those that it will read, and the list of failures, and fails with `output_damaged` when one is
/// not what the earlier manifest says. `is_read`: for each file of the manifest.
[[nodiscard]] Result<void> check_earlier_files(FileSystem& files, const OutputDirectory& directory,
                                               const Manifest& manifest,
                                               const std::vector<bool>& is_read,
                                               const IsStopped& is_stopped);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_comparison.hpp"

#include "ffdump/journal/manifest_trust.hpp"
#include "ffdump/journal/output_directory.hpp"

namespace ffdump {

/// Counts one file of the new dump without its source: every record is read and looked at by
/// itself, and the numbers and digests of what is not at hand are the manifest's. So
/// check_accounts() may hold the counts against the manifest as after a comparison. Fails as
/// FileComparison does.
[[nodiscard]] Result<FileCounts> count_without_source(const ComparisonContext& context,
                                                      const ComparedFile& compared);

/// Finds what keeps the manifest from meeting the operator's demands. Fails when the signature
/// cannot be read.
[[nodiscard]] Result<void> check_trust(FileSystem& files, const OutputDirectory& directory,
                                       const ManifestTrust& trust, Findings& findings);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_sealer.hpp"
#include "output_stage.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/journal/run_events.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <string>

namespace ffdump {

/// The manifest of a run whose files are all in place. Pure: reads no file.
[[nodiscard]] Manifest build_manifest(const RunBegin& begin, const MigrationPlan& plan,
                                      const std::vector<FileProgress>& files);

/// Reads the list of failures back, gives it its final name, completes the manifest with its length
/// and digest, and writes the manifest: from then on the directory is complete. `failures`: what
/// the list was written as; `output_damaged` when it is not that.
[[nodiscard]] Result<void> publish(FileSystem& files, const OutputDirectory& directory,
                                   const std::vector<WrittenRegion>& failures, Manifest& manifest,
                                   const IsStopped& is_stopped);

/// Reads and checks the manifest of a complete directory, or the one that a retry has put aside.
[[nodiscard]] Result<Manifest> load_manifest(FileSystem& files, const std::string& path);

}  // namespace ffdump

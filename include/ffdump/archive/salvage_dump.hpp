// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/archive/unpack_dump.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

struct SalvageOptions {
    std::string archive;
    std::string directory;  ///< to be made, or empty
    std::vector<Profile> profiles;
    ReadLimits limits;
};

/// What became of one file of the archive.
struct SalvagedFile {
    std::string name;
    bool is_whole = false;                  ///< every byte is there, and what the manifest says
    std::uint64_t lost_bytes = 0;           ///< of the file as it was
    std::uint64_t saved_records = 0;        ///< when it is not whole
    std::optional<std::uint64_t> expected;  ///< records by the manifest
    std::string note;                       ///< what else is to be said; may be empty
};

struct SalvageReport {
    bool has_manifest = false;
    bool is_complete = false;  ///< nothing was lost: the directory is complete, with its manifest
    std::vector<SalvagedFile> files;  ///< in the archive's order; without a manifest those found
};

/// Saves from a cut or damaged archive what is whole: files of which nothing is lost as they were,
/// of others every whole record, put together as the file was. Never joins two halves of records.
/// The directory gets a manifest only when nothing was lost; else it is kept as
/// `.ffdump/manifest.salvaged.json`. Without a manifest, names and sizes come from tar headers.
/// Of a file that is packed itself (--compress) frames without a loss are saved. Fails with
/// `output_occupied`, `archive_damaged` (nothing of an archive is left), `interrupted`, and as
/// files do. One thread.
[[nodiscard]] Result<SalvageReport> salvage_dump(FileSystem& files, const SalvageOptions& options,
                                                 const UnpackProgress& progress);

}  // namespace ffdump

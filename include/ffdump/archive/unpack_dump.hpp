// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest_trust.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace ffdump {

struct UnpackOptions {
    std::string name;       ///< of the archive, for messages
    std::string directory;  ///< to be made, or empty
    ManifestTrust trust;
};

struct UnpackSummary {
    std::string run_id;
    std::uint64_t sequence = 0;
    std::size_t files = 0;            ///< dump files
    std::uint64_t content_bytes = 0;  ///< written
};

/// Called now and then with the bytes of the archive read so far; returns false to stop
/// (`interrupted`).
using UnpackProgress = std::function<bool(std::uint64_t bytes)>;

/// Unpacks an archive of pack_dump() into a directory that is then what migrate wrote: each file
/// lies under `.ffdump` until all of them are whole, read back from the disk and equal to the
/// manifest; then they get their names, the manifest last. Nothing is written before the demands of
/// `trust` are met, and nothing that the manifest does not name. Fails with `output_occupied`,
/// `archive_damaged`, `archive_refused`, `manifest_invalid`, `checksum_differs`,
/// `signature_invalid`, `run_differs`, `interrupted`, and as files do; what it wrote is removed
/// then. One thread.
[[nodiscard]] Result<UnpackSummary> unpack_dump(FileSystem& files, ByteSource& archive,
                                                const UnpackOptions& options,
                                                const UnpackProgress& progress);

}  // namespace ffdump

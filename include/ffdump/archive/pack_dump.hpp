// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ffdump {

struct PackOptions {
    std::string directory;  ///< of a complete new dump
    /// Frames that are packed side by side; 16 MiB of memory each, packed and not. The archive's
    /// bytes do not depend on it.
    unsigned threads = 1;
    int level = 3;  ///< of zstd, 1 to 19: more is smaller and slower
    /// Of content in one frame, 8 MiB at most: damage costs a frame, small frames cost size.
    std::size_t frame_bytes = std::size_t{8} << 20U;
    /// Signs the manifest's text: the text of the signature file. Empty: a signature that lies
    /// beside the manifest goes into the archive, if there is one.
    std::function<Result<std::string>(std::string_view manifest_text)> sign;
};

struct PackSummary {
    std::string run_id;
    std::size_t files = 0;            ///< dump files
    std::uint64_t content_bytes = 0;  ///< of all members
    std::uint64_t packed_bytes = 0;   ///< of the archive
    bool is_signed = false;
};

/// Called now and then with the bytes packed so far and the bytes there are; returns false to stop
/// (`interrupted`).
using ArchiveProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;
/// Takes the archive's bytes, front to back.
using ArchiveOutput = std::function<Result<void>(std::string_view bytes)>;

/// Packs a complete output directory into one archive (formats/archive.md). The same directory
/// gives the same bytes. Each file is held against the manifest on the way; fails with
/// `output_incomplete`, `manifest_invalid`, `file_missing`, `file_extra`, `checksum_differs`,
/// `failures_differ`, `interrupted`, and as files and `output` do. What `output` took until then is
/// no archive. One thread calls; starts threads of its own, which end before it returns.
[[nodiscard]] Result<PackSummary> pack_dump(FileSystem& files, const PackOptions& options,
                                            const ArchiveOutput& output,
                                            const ArchiveProgress& progress);

/// Into a file: written beside it, synced, and renamed when it is whole; an existing file is never
/// replaced (`output_occupied`). After a failure nothing is left behind.
[[nodiscard]] Result<PackSummary> pack_dump_to_file(FileSystem& files, const PackOptions& options,
                                                    const std::string& path,
                                                    const ArchiveProgress& progress);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace ffdump {

/// Whether a file that begins with `prefix` (512 bytes tell all) is a tar archive or compressed
/// with gzip or zstd.
[[nodiscard]] bool is_packed(std::string_view prefix) noexcept;

/// One member of an archive.
struct ArchiveEntry {
    std::string path;  ///< within the archive, as it stands there; not checked
    EntryKind kind = EntryKind::other;
};

/// Reads a tar archive front to back, plain or compressed with gzip or zstd, by libarchive. A
/// compressed stream that holds no archive is one entry with an empty path. Memory is bounded by
/// the decompressor's window (zstd: 128 MiB at most). One thread.
class ArchiveReader : public ByteSource {
 public:
    /// Goes to the next entry; nullptr at the end. The entry is valid until the next call. Fails
    /// with `source_unreadable`.
    [[nodiscard]] virtual Result<const ArchiveEntry*> next() = 0;
    // read() and skip() are of the entry's bytes.
};

/// `bytes` must outlive the reader; `name` is for errors.
[[nodiscard]] Result<std::unique_ptr<ArchiveReader>> open_archive(ByteSource& bytes,
                                                                  std::string name);

}  // namespace ffdump

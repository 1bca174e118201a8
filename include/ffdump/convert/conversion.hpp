// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Galleries that one dump file may be split into: each keeps a file and a packer open.
inline constexpr std::size_t kMostSplitGalleries = 64;

struct ConvertOptions {
    std::string from;  ///< a directory or one file of a dump
    std::string to;    ///< a directory, new or empty
    Profile target;
    std::vector<Profile> sources;         ///< those that are tried on the files of `from`
    std::optional<Compression> compress;  ///< none: each file as its source is
    std::optional<std::string> gallery;   ///< of a file that states none, in place of its name
    bool split_galleries = false;         ///< a file for each gallery that records name
    ReadLimits limits;
};

/// One file that was written.
struct ConvertedFile {
    std::string source;  ///< name of the (first) file that its records are from
    std::string layout;  ///< of that
    std::string name;
    std::string gallery;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;  ///< unpacked
};

/// Called now and then with the bytes of the dump's files that are read, packed as they are, of
/// all; returns false to stop (`interrupted`).
using ConvertProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Rewrites a dump in another layout, file by file, front to back; memory is bounded by a block of
/// records and the packers. What both layouts can carry is carried exactly: members that stay where
/// they are keep every byte, facens every bit. Files lie in `to` under hidden names until all are
/// complete and durable; then each gets its name. After a failure nothing of them is left.
/// Fails with `layout_cannot_carry` (place: file, line, byte offset, record; the field in the
/// text), with a record's own reason where the dump is damaged, `source_unreadable`,
/// `source_changed`, `output_occupied` (the directory is not empty), `lock_held`,
/// `output_unwritable`, `disk_full`, `usage_error` (two files would get one name, `gallery` for
/// several files), `interrupted`.
[[nodiscard]] Result<std::vector<ConvertedFile>> convert_dump(FileSystem& files,
                                                              const ConvertOptions& options,
                                                              const ConvertProgress& progress);

}  // namespace ffdump

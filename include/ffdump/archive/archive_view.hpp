// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/archive/unpack_dump.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <memory>
#include <string>

namespace ffdump {

/// Whether `path` is an archive of pack_dump(), by its first member. Fails where it cannot be read.
[[nodiscard]] Result<bool> begins_as_dump_archive(FileSystem& files, const std::string& path);

/// The same, or a file that is named like one (`.tar.zst`) and so must be one.
[[nodiscard]] Result<bool> is_dump_archive(FileSystem& files, const std::string& path);

/// A file system in which the archive at `path` is the directory that it was packed from, to be
/// read in place; everything else is `files`, which must outlive it. The archive is read once from
/// end to end before and every byte of it held against what pack writes, so that it may be read at
/// any place afterwards. Fails with `archive_damaged`, `archive_refused`, `manifest_invalid`,
/// `interrupted`; reading fails with `source_changed` when the archive was changed meanwhile. As
/// thread-safe as `files`; each File holds one unpacked frame.
[[nodiscard]] Result<std::unique_ptr<FileSystem>> open_archive_view(FileSystem& files,
                                                                    const std::string& path,
                                                                    const UnpackProgress& progress);

/// The same for any tar archive of a dump, plain or compressed with gzip or zstd: a directory of
/// the files in it, in whatever folders they lie, as inspect reads it (names with a part that
/// begins with a dot are passed over), and of those in a folder `.ffdump`. nullptr when `path` is
/// none: a directory, a dump file, nothing at all. The archive is read once from end to end before,
/// and no manifest is needed; a compressed one is best read in its own order, since for a place
/// before the last one it is unpacked anew. Fails with `source_unreadable` (not sound, links, two
/// files of one name), `interrupted`; reading fails with `source_changed`. Memory is at most 16 MiB
/// and a decompressor for each File.
[[nodiscard]] Result<std::unique_ptr<FileSystem>> open_tar_view(FileSystem& files,
                                                                const std::string& path,
                                                                const UnpackProgress& progress);

}  // namespace ffdump

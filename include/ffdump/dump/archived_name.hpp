// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/archive_reader.hpp"

#include <optional>
#include <string>

namespace ffdump {

/// The name that an entry of an archive has as a file of the dump in it: the last part of its path,
/// whatever folders it lies in. Nothing for what open_dump() passes over in a directory: folders,
/// and names with a part that begins with a dot. An empty path (ArchiveReader: no archive) gives an
/// empty name. Fails with `source_unreadable` for links and devices, naming `archive`. Of
/// libarchive's names nothing else is checked.
[[nodiscard]] Result<std::optional<std::string>> archived_name(const ArchiveEntry& entry,
                                                               const std::string& archive);

}  // namespace ffdump

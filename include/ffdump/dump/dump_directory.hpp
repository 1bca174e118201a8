// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ffdump {

/// One file of a dump, recognised.
struct DumpFile {
    std::string name;  ///< within the dump: "ffsec_face_events.json"
    std::string path;
    std::string gallery;  ///< name without its ending
    Profile profile;
    Compression::Kind packing = Compression::Kind::none;  ///< of the file
    std::string evidence;                                 ///< how the profile was recognised
    FileIdentity identity;
};

/// The files of a dump, sorted by name. `path` is a directory (files whose name starts with a dot
/// and folders are passed over) or one file; `profiles` are those that are tried (one: --format).
/// Fails with `source_unreadable` (nothing there, no file in it) or
/// `source_unrecognized`.
[[nodiscard]] Result<std::vector<DumpFile>> open_dump(FileSystem& files, const std::string& path,
                                                      std::span<const Profile> profiles);

/// "ffsec_face_events" from "ffsec_face_events.json" or "ffsec_face_events.json.zst".
[[nodiscard]] std::string gallery_of_file(const std::string& name);

}  // namespace ffdump

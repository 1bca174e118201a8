// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive_layout.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <memory>
#include <string>

namespace ffdump {

struct MemberPlace {
    std::string archive;
    FileIdentity identity;  ///< of the archive, as it was when it was checked
    std::string path;       ///< of the member, as its readers call it
    ArchiveMember member;
};

/// One file of an archive that was checked, to be read at any place. Fails with `source_changed`
/// when the archive is another file by now.
[[nodiscard]] Result<std::unique_ptr<File>> open_member_file(FileSystem& files, MemberPlace place);

}  // namespace ffdump

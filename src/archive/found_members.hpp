// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive_layout.hpp"
#include "tar_pieces.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/journal/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// The members of a damaged archive.
struct FoundMembers {
    std::optional<Manifest> manifest;  ///< only when it is whole
    std::string manifest_text;
    std::vector<ArchiveMember> members;
};

/// By the manifest, which lays out everything; without one by the headers that are left. Fails with
/// `archive_damaged` when there is neither.
[[nodiscard]] Result<FoundMembers> find_members(TarPieces& pieces);

}  // namespace ffdump

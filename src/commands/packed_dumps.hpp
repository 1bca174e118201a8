// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "progress_display.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ffdump {

/// Dumps that a command is given, directories and archives alike: an archive is opened in place as
/// the directory that was packed. Everything given is borrowed.
class PackedDumps {
 public:
    enum class Kind : std::uint8_t {
        any,      ///< any tar archive of a dump, that of `ffdump pack` too
        new_dump  ///< the same, but what is named .tar.zst must be of `ffdump pack`
    };

    PackedDumps(const CommandContext& context, ProgressDisplay& display)
        : context_(context), display_(display) {}

    /// Nothing happens when `path` is no archive. Fails as open_archive_view() and open_tar_view().
    [[nodiscard]] Result<void> open(const std::string& path, Kind kind);
    /// Valid as long as this lives and until the next open().
    [[nodiscard]] FileSystem& files() noexcept {
        return views_.empty() ? context_.files : *views_.back();
    }

 private:
    const CommandContext& context_;
    ProgressDisplay& display_;
    std::vector<std::unique_ptr<FileSystem>> views_;  ///< each over the one before
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/archived_name.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace ffdump {
namespace {

bool has_hidden_part(std::string_view path) {
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        if (part.starts_with('.') && part != ".") {
            return true;
        }
        path.remove_prefix(std::min(path.size(), part.size() + 1));
    }
    return false;
}

}  // namespace

Result<std::optional<std::string>> archived_name(const ArchiveEntry& entry,
                                                 const std::string& archive) {
    if (entry.kind == EntryKind::directory || has_hidden_part(entry.path)) {
        return std::nullopt;
    }
    if (entry.kind == EntryKind::other) {
        return failed(Error(Reason::source_unreadable,
                            fmt::format("{} in the archive is neither file nor folder",
                                        printable(entry.path)))
                          .at_file(archive)
                          .hint("pack the files themselves in place of links to them"));
    }
    return file_name_of(entry.path);
}

}  // namespace ffdump

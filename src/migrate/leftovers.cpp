// SPDX-License-Identifier: Apache-2.0
#include "leftovers.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace ffdump {

Result<void> remove_leftovers(FileSystem& files, const OutputDirectory& directory) {
    // In this order: the old manifest must not outlive the old journal, see undo_withdrawal.
    const std::vector<std::string> names = {
        directory.previous_manifest(), directory.previous_journal(), directory.canaries(),
        temporary_of(directory.canaries()), temporary_of(directory.journal())};
    // The time line must not fail a run, even here.
    if (files.exists(temporary_of(directory.time_line()))) {
        static_cast<void>(files.remove(temporary_of(directory.time_line())));
    }
    const auto is_there = [&files](const std::string& name) { return files.exists(name); };
    if (std::ranges::none_of(names, is_there)) {
        return {};
    }
    for (const std::string& name : names) {
        if (Result<void> removed = files.remove(name); !removed) {
            return removed;
        }
    }
    return files.sync_directory(directory.state_folder());
}

Result<void> undo_withdrawal(FileSystem& files, const OutputDirectory& directory) {
    // From the moment on that the old journal is put aside, the retry has begun.
    const bool has_begun = files.exists(directory.previous_journal());
    if (has_begun || files.exists(directory.manifest()) ||
        !files.exists(directory.previous_manifest())) {
        return {};
    }
    return files.rename(directory.previous_manifest(), directory.manifest()).and_then([&] {
        return files.sync_directory(directory.state_folder());
    });
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "leftovers.hpp"

#include <array>
#include <string>
#include <vector>

namespace ffdump {

Result<void> remove_leftovers(FileSystem& files, const OutputDirectory& directory) {
    // In this order: the old manifest must not outlive the old journal, see undo_withdrawal.
    const std::vector<std::string> names = {
        directory.previous_manifest(), directory.previous_journal(), directory.canaries(),
        temporary_of(directory.canaries()), temporary_of(directory.journal())};
    // The time line must not fail a run, even here.
    if (files.exists(temporary_of(directory.time_line()), FilePurpose::writing).value_or(true)) {
        static_cast<void>(files.remove(temporary_of(directory.time_line())));
    }
    const Result<bool> any = any_exists(files, names, FilePurpose::writing);
    if (!any || !*any) {
        return any.map([](bool) {});
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
    const std::array<std::string, 2> names = {{directory.previous_journal(), directory.manifest()}};
    const Result<bool> has_begun = any_exists(files, names, FilePurpose::writing);
    const Result<bool> has_old = files.exists(directory.previous_manifest(), FilePurpose::writing);
    if (!has_begun || !has_old) {
        return failed(has_begun ? has_old.error() : has_begun.error());
    }
    if (*has_begun || !*has_old) {
        return {};
    }
    return files.rename(directory.previous_manifest(), directory.manifest()).and_then([&] {
        return files.sync_directory(directory.state_folder());
    });
}

}  // namespace ffdump

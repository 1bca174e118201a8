// SPDX-License-Identifier: Apache-2.0
#include "recovered_files.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace ffdump {
namespace {

/// Both are there: a power loss in a rename from folder to folder may leave both names.
Result<void> settle_both_names(FileSystem& files, const OutputDirectory& directory,
                               const PlannedFile& planned, FileProgress& progress,
                               const IsStopped& is_stopped) {
    const std::string final_name = directory.file(planned.target);
    const Result<SealedFile> there = read_back(files, final_name, progress.regions, is_stopped);
    if (!there && there.error().reason() != Reason::output_damaged) {
        return failed(there.error());
    }
    if (!there || there->sha256 != progress.sealed.sha256) {
        return {};  // in a retry the earlier file; anything else is refused by the rename
    }
    return files.remove(directory.part(planned.target))
        .and_then([&] { return files.sync_directory(directory.state_folder()); })
        .map([&progress] { progress.stage = FileProgress::Stage::renamed; });
}

Result<std::uint64_t> size_of(FileSystem& files, const std::string& path) {
    return files.open_read_back(path)
        .and_then([](const std::unique_ptr<File>& file) { return file->identity(); })
        .map([](const FileIdentity& identity) { return identity.size; });
}

/// Bytes are for verify to compare; this much costs nothing.
Result<void> has_size(FileSystem& files, const std::string& path, std::uint64_t bytes) {
    return size_of(files, path).and_then([&](std::uint64_t size) -> Result<void> {
        if (size == bytes) {
            return {};
        }
        return failed(
            Error(Reason::output_damaged,
                  fmt::format("a finished file has {} bytes, it was sealed with {}", size, bytes))
                .at_file(path));
    });
}

/// What the journal says of a file is compared with what is on the disk.
Result<void> match_disk(FileSystem& files, const OutputDirectory& directory,
                        const PlannedFile& planned, FileProgress& progress,
                        const IsStopped& is_stopped) {
    const std::string part = directory.part(planned.target);
    const std::string final_name = directory.file(planned.target);
    const Result<bool> has_part = files.exists(part, FilePurpose::writing);
    const Result<bool> has_name = files.exists(final_name, FilePurpose::writing);
    if (!has_part || !has_name) {
        return failed(has_part ? has_name.error() : has_part.error());
    }
    if (progress.stage == FileProgress::Stage::sealed && !*has_part) {
        // The rename happened, its record did not become durable.
        progress.stage = FileProgress::Stage::renamed;
    }
    if (progress.stage == FileProgress::Stage::sealed && *has_name) {
        if (Result<void> settled =
                settle_both_names(files, directory, planned, progress, is_stopped);
            !settled) {
            return settled;
        }
    }
    if (progress.stage == FileProgress::Stage::sealed) {
        // It may have waited long for the check that vouches for it.
        return read_back(files, part, progress.regions, is_stopped)
            .and_then([&](const SealedFile& there) {
                return there.sha256 == progress.sealed.sha256
                           ? Result<void>()
                           : failed(Error(Reason::output_damaged, "the file is not what was sealed")
                                        .at_file(part));
            });
    }
    if (progress.stage == FileProgress::Stage::renamed && !*has_name) {
        return failed(Error(Reason::output_damaged, "a finished file is gone").at_file(final_name));
    }
    if (progress.stage == FileProgress::Stage::renamed) {
        return has_size(files, final_name, progress.sealed.bytes);
    }
    const bool open = progress.stage == FileProgress::Stage::writing ||
                      progress.stage == FileProgress::Stage::complete;
    if (open && !progress.regions.empty()) {
        return check_regions(files, part, std::span(progress.regions).last(1), is_stopped);
    }
    return {};
}

/// The whole list, since nobody would notice later that an entry is missing. Once every file is in
/// place it may have its name, and beside it the empty part of a retry that has not begun.
Result<void> match_failures(FileSystem& files, const OutputDirectory& directory,
                            const RecoveredRun& run, const IsStopped& is_stopped) {
    const Result<bool> has_part = files.exists(directory.failures_part(), FilePurpose::writing);
    const Result<bool> has_name = files.exists(directory.failures(), FilePurpose::writing);
    if (!has_part || !has_name) {
        return failed(has_part ? has_name.error() : has_part.error());
    }
    const bool may_have_its_name = run.all_in_place() && *has_name;
    if (*has_part || !may_have_its_name) {
        Result<void> same =
            check_regions(files, directory.failures_part(), run.failures, is_stopped);
        const bool is_other = !same && same.error().reason() == Reason::output_damaged;
        if (!is_other || !may_have_its_name) {
            return same;
        }
    }
    return check_regions(files, directory.failures(), run.failures, is_stopped).and_then([&] {
        return has_size(files, directory.failures(), end_of(run.failures));
    });
}

}  // namespace

Result<void> match_files(FileSystem& files, const OutputDirectory& directory, RecoveredRun& run,
                         const IsStopped& is_stopped) {
    for (std::size_t i = 0; i < run.files.size(); ++i) {
        if (Result<void> same =
                match_disk(files, directory, run.begin.files[i], run.files[i], is_stopped);
            !same) {
            return same;
        }
    }
    return match_failures(files, directory, run, is_stopped);
}

Result<void> recover_failures(FileSystem& files, const OutputDirectory& directory,
                              const RecoveredRun& run, const IsStopped& is_stopped) {
    // failures.jsonl gets its final name after every file is in place, the manifest comes later.
    const std::string part = directory.failures_part();
    const Result<bool> has_name = files.exists(directory.failures(), FilePurpose::writing);
    const Result<bool> has_part = files.exists(part, FilePurpose::writing);
    if (!has_name || !has_part) {
        return failed(has_name ? has_part.error() : has_name.error());
    }
    if (!run.all_in_place() || !*has_name) {
        return {};
    }
    if (*has_part) {
        Result<void> same = check_regions(files, part, run.failures, is_stopped);
        // Beside it is the list of the run that is retried. A fault says nothing about either.
        if (same || same.error().reason() != Reason::output_damaged) {
            return same;
        }
    }
    const Result<std::uint64_t> size = size_of(files, directory.failures());
    if (!size) {
        return failed(size.error());
    }
    if (*size != end_of(run.failures)) {
        return {};
    }
    return files.rename(directory.failures(), part).and_then([&] {
        return files.sync_directory(directory.state_folder());
    });
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "resume_check.hpp"

#include "earlier_files.hpp"
#include "leftovers.hpp"
#include "manifest_builder.hpp"
#include "run_identity.hpp"

#include "ffdump/journal/canary_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

Result<void> check_earlier(FileSystem& files, const OutputDirectory& directory,
                           const RecoveredRun& run, const IsStopped& is_stopped) {
    std::vector<bool> is_read(run.files.size());
    for (std::size_t i = 0; i < run.files.size(); ++i) {
        is_read[i] = run.begin.files[i].action != "drop" &&
                     run.files[i].stage == FileProgress::Stage::untouched;
    }
    if (!run.begin.retry_failed || std::ranges::find(is_read, true) == is_read.end()) {
        return {};
    }
    return load_manifest(files, directory.previous_manifest())
        .and_then([&](const Manifest& manifest) {
            return check_earlier_files(files, directory, manifest, is_read, is_stopped);
        });
}

/// Without them the service would be taken at its word, whatever model it has now. They are removed
/// when every file is in place.
Result<void> check_canaries(FileSystem& files, const OutputDirectory& directory,
                            const RecoveredRun& run) {
    return load_canaries(files, directory.canaries(), run.begin.run_id)
        .and_then([&](const std::vector<StoredCanary>& there) -> Result<void> {
            if (there.size() >= run.canaries) {
                return {};
            }
            return failed(Error(Reason::output_damaged,
                                fmt::format("{} canaries of this run are there, the journal says "
                                            "that {} are durable",
                                            there.size(), run.canaries))
                              .at_file(directory.canaries())
                              .hint("put the file back from a copy: nothing else tells whether "
                                    "extraction-api still has the model of the run; or migrate "
                                    "into a fresh directory"));
        });
}

}  // namespace

Result<void> rewind_same_run(FileSystem& files, const OutputDirectory& directory,
                             const RunBegin& wanted) {
    // A retry that was killed before it began left the finished run, which has nothing to rewind.
    return undo_withdrawal(files, directory)
        .and_then([&] { return files.exists(directory.manifest(), FilePurpose::writing); })
        .and_then([&](bool is_finished) -> Result<std::optional<RunBegin>> {
            return is_finished ? std::optional<RunBegin>() : begin_of_run(files, directory);
        })
        .and_then([&](const std::optional<RunBegin>& begun) -> Result<void> {
            if (!begun) {
                return {};
            }
            return check_same_run(*begun, wanted, directory.path()).and_then([&] {
                return rewind_run(files, directory);
            });
        });
}

Result<void> check_what_is_kept(FileSystem& files, const OutputDirectory& directory,
                                const RecoveredRun& run, bool model_is_checked,
                                const IsStopped& is_stopped) {
    Result<void> same = check_earlier(files, directory, run, is_stopped);
    return same && model_is_checked && !run.all_in_place() ? check_canaries(files, directory, run)
                                                           : std::move(same);
}

}  // namespace ffdump

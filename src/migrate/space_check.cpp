// SPDX-License-Identifier: Apache-2.0
#include "space_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <thread>
#include <utility>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kGlance{200};
/// The redo log holds what is between two commits, twice while files change, ...
constexpr std::uint64_t kBetweenCommits = 160U << 20U;
/// ... and what is between two checks of the model, so many records by default.
constexpr std::uint64_t kBetweenChecks = 10'000;

std::uint64_t redo_entry_bytes(std::size_t floats) {
    constexpr std::uint64_t kBesideFacen = 100;
    return floats * sizeof(float) + kBesideFacen;
}

std::uint64_t base64_length(std::size_t floats) {
    return (floats * sizeof(float) + 2) / 3 * 4;
}

/// New dimensions that have shown, by model.
using Dimensions = std::map<std::string, std::size_t>;

Dimensions dimensions_of(const MigrationPlan& plan, const std::vector<FileProgress>& progress) {
    Dimensions found;
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        const std::size_t dimension = progress.at(i).tally.new_dimension;
        if (dimension != 0 && plan.files[i].action == GalleryAction::migrate) {
            found.insert_or_assign(plan.files[i].new_model, dimension);
        }
    }
    return found;
}

std::size_t new_dimension(const FilePlan& plan, const Dimensions& shown) {
    const auto found = shown.find(plan.new_model);
    return plan.dimension != 0 || found == shown.end() ? plan.dimension : found->second;
}

std::uint64_t bytes_of(const FilePlan& plan, const FileProgress& progress,
                       const Dimensions& shown) {
    const bool is_written = progress.stage != FileProgress::Stage::untouched &&
                            progress.stage != FileProgress::Stage::writing;
    if (plan.action == GalleryAction::drop || is_written) {
        return 0;
    }
    const std::uint64_t left =
        plan.survey.bytes - std::min(progress.source.offset, plan.survey.bytes);
    const std::size_t known = new_dimension(plan, shown);
    if (known == 0 || plan.survey.dimensions.empty() || plan.action == GalleryAction::copy) {
        return left;
    }
    const std::uint64_t records =
        plan.survey.records - std::min(progress.source.ordinal, plan.survey.records);
    const std::uint64_t before = records * base64_length(plan.survey.dimensions.begin()->first);
    return left - std::min(left, before) + records * base64_length(known);
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::uint64_t kKiB = 1U << 10U;
    constexpr std::uint64_t kMiB = 1U << 20U;
    constexpr std::uint64_t kGiB = 1U << 30U;
    if (bytes >= 10 * kGiB) {
        return fmt::format("{} GiB", bytes / kGiB);
    }
    return bytes >= 10 * kMiB ? fmt::format("{} MiB", bytes / kMiB)
                              : fmt::format("{} KiB", (bytes + kKiB - 1) / kKiB);
}

std::uint64_t bytes_of_files(const MigrationPlan& plan, const std::vector<FileProgress>& progress,
                             const Dimensions& shown) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        sum += bytes_of(plan.files[i], progress.at(i), shown);
    }
    return sum;
}

std::string need_text(std::uint64_t bytes, std::uint64_t free) {
    return fmt::format("about {} are still to be written, {} are free", size_text(bytes),
                       size_text(free));
}

Error does_not_fit(const std::string& folder, const std::string& need) {
    return Error(Reason::disk_full, need)
        .at_file(folder)
        .hint(
            "free some space, then run the same command again; or add --wait-for-space to wait "
            "for it, or --skip-space-check to go on all the same");
}

}  // namespace

std::uint64_t bytes_to_write(const MigrationPlan& plan, const std::vector<FileProgress>& progress) {
    const Dimensions shown = dimensions_of(plan, progress);
    const std::uint64_t sum = bytes_of_files(plan, progress, shown);
    std::uint64_t longest = 0;
    for (const FilePlan& file : plan.files) {
        longest = std::max(longest, redo_entry_bytes(new_dimension(file, shown)));
    }
    return sum + std::min(sum, kBetweenCommits + kBetweenChecks * longest);
}

std::uint64_t bytes_to_write_anew(const MigrationPlan& plan, const Manifest& manifest,
                                  const std::vector<bool>& is_read) {
    std::vector<FileProgress> progress(plan.files.size());
    // The redo log keeps every new facen of a file until that is whole.
    std::uint64_t redo = 0;
    for (std::size_t i = 0; i < progress.size(); ++i) {
        progress[i].tally.new_dimension = manifest.files.at(i).tally.new_dimension;
        if (!is_read.at(i)) {
            progress[i].stage = FileProgress::Stage::renamed;
        } else {
            const Tally& tally = manifest.files.at(i).tally;
            redo = std::max(redo, tally.failed.count * redo_entry_bytes(tally.new_dimension));
        }
    }
    return bytes_to_write(plan, progress) + redo;
}

SpaceWatch::SpaceWatch(const MigrationOptions& options, const MigrationServices& services,
                       const MigrationPlan& plan, std::string folder)
    : options_(options), services_(services), plan_(plan), folder_(std::move(folder)) {}

Result<void> SpaceWatch::look(const std::vector<FileProgress>& progress) {
    const Dimensions shown = dimensions_of(plan_, progress);
    if (shown.size() == known_ || options_.skip_space_check) {
        return {};
    }
    known_ = shown.size();
    const Result<std::uint64_t> free = services_.files.free_bytes(folder_);
    if (!free) {
        return failed(free.error());
    }
    // The redo log has its bytes by now.
    const std::uint64_t bytes = bytes_of_files(plan_, progress, shown);
    if (*free >= bytes) {
        return {};
    }
    const std::string need =
        "the new facens are longer than the old ones: " + need_text(bytes, *free);
    if (!options_.wait_for_space) {
        return failed(does_not_fit(folder_, need));
    }
    services_.log.warning(need + "; the run will wait for space when the disk is full");
    return {};
}

Result<void> ensure_space(const MigrationOptions& options, const MigrationServices& services,
                          const std::string& folder, std::uint64_t bytes) {
    bool told = false;
    while (!options.skip_space_check) {
        const Result<std::uint64_t> free = services.files.free_bytes(folder);
        if (!free) {
            return failed(free.error());
        }
        if (*free >= bytes) {
            break;
        }
        const std::string need = need_text(bytes, *free);
        if (!options.wait_for_space) {
            return failed(does_not_fit(folder, need));
        }
        if (!told) {
            services.log.warning(fmt::format("waiting for space in {}: {}", folder, need));
            told = true;
        }
        Progress progress;
        progress.phase = "waiting for space";
        progress.waiting_for = fmt::format("space in {}: {}", folder, need);
        services.observer.progress(progress);
        if (const int signal = services.stop_signal.load(); signal != 0) {
            return failed(Reason::interrupted, fmt::format("stopped by signal {}", signal));
        }
        std::this_thread::sleep_for(kGlance);
    }
    return {};
}

}  // namespace ffdump

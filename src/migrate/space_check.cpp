// SPDX-License-Identifier: Apache-2.0
#include "space_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kGlance{200};
/// The redo log holds what is between two commits, twice while files change.
constexpr std::uint64_t kMostRedo = 160U << 20U;

std::uint64_t base64_length(std::size_t floats) {
    return (floats * sizeof(float) + 2) / 3 * 4;
}

std::uint64_t bytes_of(const FilePlan& plan, const FileProgress& progress) {
    const bool is_written = progress.stage != FileProgress::Stage::untouched &&
                            progress.stage != FileProgress::Stage::writing;
    if (plan.action == GalleryAction::drop || is_written) {
        return 0;
    }
    const std::uint64_t left =
        plan.survey.bytes - std::min(progress.source.offset, plan.survey.bytes);
    const std::size_t known = plan.dimension != 0 ? plan.dimension : progress.tally.new_dimension;
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

}  // namespace

std::uint64_t bytes_to_write(const MigrationPlan& plan, const std::vector<FileProgress>& progress) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        sum += bytes_of(plan.files[i], progress.at(i));
    }
    return sum + std::min(sum, kMostRedo);
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
        const std::string need = fmt::format("about {} are still to be written, {} are free",
                                             size_text(bytes), size_text(*free));
        if (!options.wait_for_space) {
            return failed(Error(Reason::disk_full, need)
                              .at_file(folder)
                              .hint("free some space, then run the same command again; or add "
                                    "--wait-for-space to wait for it, or --skip-space-check to "
                                    "start all the same"));
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

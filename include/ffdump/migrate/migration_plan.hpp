// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/dump/survey.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// What happens to one file of the dump.
struct FilePlan {
    DumpFile file;
    FileSurvey survey;
    Compression compression;                        ///< of the new file
    std::string target_name;                        ///< of the new file
    GalleryAction action = GalleryAction::migrate;  ///< never `automatic`
    std::string why;                                ///< for people: why this action
    std::string new_model;                          ///< empty when records carry no facen_model
    std::size_t dimension = 0;                      ///< of the new facens when configured, else 0
    ExtractionTarget target;
};

struct MigrationPlan {
    std::vector<FilePlan> files;       ///< in the order in which they are migrated
    std::vector<std::string> notices;  ///< things the operator should know, one line each

    [[nodiscard]] std::uint64_t records_to_migrate() const noexcept;
};

struct PlanOptions {
    /// Of the new files; without it each is packed as its source is, and named as it.
    std::optional<Compression> compress = {};
    bool skip_bad_records = false;
    bool allow_duplicate_ids = false;
};

/// True for galleries whose records are averages of other records and have no image of their own:
/// `*_clusters` and `ffsec_persons` (vendor's storages pages: "virtual" vectors).
[[nodiscard]] bool is_centroid_gallery(const std::string& name) noexcept;

/// Decides each gallery's action after the settings and what the survey found. Returns all reasons
/// why the run must not start, one Error each: `gallery_undecided`, `model_unknown`,
/// `config_invalid` (expected model differs), bad records without skip_bad_records (their own
/// reasons), `id_duplicate` without allow_duplicate_ids.
[[nodiscard]] tl::expected<MigrationPlan, std::vector<Error>> make_plan(
    const Settings& settings, std::vector<DumpFile> files, std::vector<FileSurvey> surveys,
    const PlanOptions& options);

[[nodiscard]] std::string action_name(GalleryAction action);

}  // namespace ffdump

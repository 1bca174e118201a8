// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/migration_plan.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/config/load_settings.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace ffdump {
namespace {

constexpr std::string_view kCentroidWhy =
    "records are averages over a person's or cluster's faces and have no image; run the product's "
    "clusterization again after the cutover";

GalleryAction decide(const GallerySettings& settings, FilePlan& plan) {
    if (settings.action != GalleryAction::automatic) {
        plan.why = "set in the configuration";
        return settings.action;
    }
    if (is_centroid_gallery(plan.file.gallery)) {
        plan.why = kCentroidWhy;
        return GalleryAction::drop;
    }
    if (plan.survey.with_image != 0) {
        plan.why = fmt::format("{} of {} records have a normalized image", plan.survey.with_image,
                               plan.survey.records);
        return GalleryAction::migrate;
    }
    if (plan.survey.records == plan.survey.bad) {
        plan.why = "no records";
        return GalleryAction::migrate;
    }
    return GalleryAction::automatic;
}

/// The file's own faults that keep a run from starting.
void check_source(const FilePlan& plan, const PlanOptions& options, std::vector<Error>& errors) {
    const bool is_damaged = plan.survey.bad != 0 || has_wrong_count(plan.survey);
    if (is_damaged && !options.skip_bad_records) {
        errors.insert(errors.end(), plan.survey.problems.begin(), plan.survey.problems.end());
    }
    if (const auto& duplicates = plan.survey.duplicates;
        duplicates.count != 0 && !options.allow_duplicate_ids) {
        errors.push_back(
            Error(
                Reason::id_duplicate,
                fmt::format("{} ids occur more than once in gallery {}, the first is "
                            "{}",
                            duplicates.count, plan.file.gallery, duplicates.examples.front().value))
                .at_file(plan.file.path));
    }
}

/// A run's actions, models and accounts are of a file. Where the records name their galleries, all
/// that get a new facen must be of one: the file's, whatever they call it.
void check_galleries(MigrationPlan& plan, const FilePlan& file, std::vector<Error>& errors) {
    const FileSurvey& survey = file.survey;
    const std::string& own = file.file.gallery;
    if (survey.galleries.empty() && !survey.has_more_galleries) {
        return;
    }
    const bool is_one = survey.galleries.size() == 1 && !survey.has_more_galleries;
    if (is_one && survey.galleries.contains(own)) {
        return;
    }
    // A record that names none is of the file's gallery, beside those of another.
    if (is_one && survey.galleries.begin()->second == survey.records - survey.bad) {
        plan.notices.push_back(fmt::format(
            "{}: the records name gallery {}; the file's name counts, {}",
            printable(file.file.name), printable(survey.galleries.begin()->first), printable(own)));
        return;
    }
    if (file.action != GalleryAction::migrate) {
        return;
    }
    errors.push_back(
        Error(Reason::gallery_undecided,
              fmt::format("the records are of several galleries, and the file is named after {}",
                          printable(own)))
            .at_file(file.file.path)
            .hint("make a file of each gallery: ffdump convert --from DUMP --to DIR --format "
                  "json-lines --split-galleries, and give DIR with --from; if the field is not "
                  "the gallery, give a profile without it with --format FILE"));
}

/// The header is written before the first facen of the new model is known.
void check_stated_dimension(const FilePlan& plan, std::vector<Error>& errors) {
    if (plan.action == GalleryAction::migrate && plan.survey.stated_dimension &&
        plan.dimension == 0) {
        errors.push_back(
            Error(Reason::config_invalid,
                  fmt::format("the header of gallery {} states the dimension of the facens, and "
                              "that of the new model is not given",
                              plan.file.gallery))
                .at_file(plan.file.path)
                .hint(fmt::format("set ffdump.galleries.{}.dimension", plan.file.gallery)));
    }
}

void check_expected_model(const FilePlan& plan, const std::string& expected,
                          std::vector<Error>& errors) {
    for (const auto& [model, count] : plan.survey.models) {
        if (model != expected) {
            errors.push_back(
                Error(Reason::config_invalid,
                      fmt::format("{} records of gallery {} have facen_model {}, expected was {}",
                                  count, plan.file.gallery, model, expected))
                    .at_file(plan.file.path)
                    .hint("find out which model made this dump, or correct expected_model"));
        }
    }
}

void decide_model(const Settings& settings, const GallerySettings& gallery, MigrationPlan& plan,
                  FilePlan& file, std::vector<Error>& errors) {
    const bool is_named = file.survey.with_model != 0 || file.survey.stated_model;
    if (file.action != GalleryAction::migrate || !is_named) {
        return;
    }
    const std::optional<std::string>& model = gallery.model ? gallery.model : settings.model;
    if (!model || model->empty()) {
        errors.push_back(
            Error(Reason::model_unknown,
                  fmt::format("{} of gallery {} {} facen_model, and the name "
                              "of the new model is not given",
                              file.survey.with_model == 0 ? "the header" : "records",
                              file.file.gallery, file.survey.with_model == 0 ? "states" : "carry"))
                .at_file(file.file.path));
        return;
    }
    file.new_model = *model;
    if (file.survey.models.contains(*model) || file.survey.stated_model == *model) {
        plan.notices.push_back(
            fmt::format("gallery {} already names model {}: is it migrated to "
                        "the same model?",
                        file.file.gallery, *model));
    }
    const bool is_mixed = file.survey.with_model + file.survey.bad != file.survey.records;
    if (file.survey.with_model != 0 && is_mixed) {
        plan.notices.push_back(fmt::format(
            "in gallery {} only {} of {} records carry facen_model; none is added to the others",
            file.file.gallery, file.survey.with_model, file.survey.records));
    }
}

/// A gallery that is misspelt would be migrated by other settings than the operator thinks.
void note_unmet_settings(const Settings& settings, MigrationPlan& plan) {
    for (const auto& [key, unused] : settings.galleries) {
        const bool is_met = std::ranges::any_of(plan.files, [&pattern = key](const FilePlan& file) {
            return matches_pattern(pattern, file.file.gallery);
        });
        if (!is_met) {
            plan.notices.push_back(
                fmt::format("ffdump.galleries.{}: the dump has no such gallery", printable(key)));
        }
    }
}

/// `a.json` and `a.json.zst` would become one file, and the list of failures is written beside
/// them.
void check_target_names(const MigrationPlan& plan, std::vector<Error>& errors) {
    std::map<std::string, const FilePlan*> targets;
    for (const FilePlan& file : plan.files) {
        if (file.target_name == kFailuresName) {
            errors.push_back(Error(Reason::usage_error,
                                   "a file of the new dump cannot have this name: the list of "
                                   "failures has it while both are written")
                                 .at_file(file.file.path)
                                 .hint("rename the file"));
        }
        const auto [other, is_new] = targets.emplace(file.target_name, &file);
        if (!is_new) {
            errors.push_back(
                Error(Reason::usage_error,
                      fmt::format("{} and {} would both be written as {}", other->second->file.name,
                                  file.file.name, file.target_name))
                    .at_file(file.file.path)
                    .hint("leave --compress out, or move one of them away"));
        }
    }
}

}  // namespace

std::uint64_t MigrationPlan::records_to_migrate() const noexcept {
    std::uint64_t sum = 0;
    for (const FilePlan& file : files) {
        sum += file.action == GalleryAction::drop ? 0 : file.survey.records;
    }
    return sum;
}

bool is_centroid_gallery(const std::string& name) noexcept {
    return name.ends_with("_clusters") || name == "ffsec_persons";
}

std::string action_name(GalleryAction action) {
    switch (action) {
        case GalleryAction::migrate:
            return "migrate";
        case GalleryAction::copy:
            return "copy";
        case GalleryAction::drop:
            return "drop";
        case GalleryAction::automatic:
            break;
    }
    return "automatic";
}

tl::expected<MigrationPlan, std::vector<Error>> make_plan(const Settings& settings,
                                                          std::vector<DumpFile> files,
                                                          std::vector<FileSurvey> surveys,
                                                          const PlanOptions& options) {
    MigrationPlan plan;
    std::vector<Error> errors;
    for (std::size_t i = 0; i < files.size(); ++i) {
        FilePlan file;
        file.file = std::move(files[i]);
        file.survey = std::move(surveys[i]);
        file.compression = options.compress.value_or(Compression::of(file.file.packing));
        file.target_name =
            options.compress ? packed_name(file.file.name, options.compress->kind) : file.file.name;
        const GallerySettings gallery = settings.gallery(file.file.gallery);
        file.action = decide(gallery, file);
        check_galleries(plan, file, errors);
        file.target = gallery.extraction.value_or(settings.extraction);
        file.dimension = gallery.dimension.value_or(0);
        if (file.action == GalleryAction::automatic) {
            errors.push_back(
                Error(Reason::gallery_undecided,
                      fmt::format("gallery {} has {} records and none has a normalized image",
                                  file.file.gallery, file.survey.records))
                    .at_file(file.file.path)
                    .hint(fmt::format("set ffdump.galleries.{}.action to drop or copy",
                                      file.file.gallery)));
        }
        if (file.action != GalleryAction::drop) {
            check_source(file, options, errors);
        }
        if (gallery.expected_model) {
            check_expected_model(file, *gallery.expected_model, errors);
        }
        decide_model(settings, gallery, plan, file, errors);
        check_stated_dimension(file, errors);
        plan.files.push_back(std::move(file));
    }
    check_target_names(plan, errors);
    note_unmet_settings(settings, plan);
    if (!errors.empty()) {
        return tl::unexpected(std::move(errors));
    }
    return plan;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <utility>

namespace ffdump {
namespace {

template <class Kinds>
std::string kinds_text(const Kinds& kinds) {
    std::string text;
    for (const auto& [kind, count] : kinds) {
        text += text.empty() ? "" : ", ";
        if constexpr (std::is_same_v<typename Kinds::key_type, std::string>) {
            text += printable(kind);
        } else {
            text += fmt::format("{}", kind);
        }
        if (kinds.size() > 1) {
            text += fmt::format(" x {}", count);
        }
    }
    return text.empty() ? "-" : text;
}

/// Texts of a dump may hold bytes that are not UTF-8; in JSON they are written out as \xNN.
nlohmann::json problem_json(const Error& error) {
    nlohmann::json problem{{"reason", reason_name(error.reason())},
                           {"detail", printable(error.detail())},
                           {"hint", printable(error.hint_text())}};
    if (error.place().line != 0) {
        problem["line"] = error.place().line;
    }
    if (error.place().offset) {
        problem["offset"] = *error.place().offset;
    }
    if (error.place().record_id) {
        problem["id"] = std::to_string(*error.place().record_id);
    }
    return problem;
}

constexpr std::array<const char*, kValueKinds> kKindNames = {"text",   "number", "boolean", "null",
                                                             "object", "array",  "bin",     "ext"};

nlohmann::json meta_json(const FileSurvey& survey) {
    nlohmann::json fields = nlohmann::json::array();
    for (const auto& [name, field] : survey.meta_fields) {
        nlohmann::json kinds = nlohmann::json::object();
        for (std::size_t kind = 0; kind < kValueKinds; ++kind) {
            if (field.kinds.at(kind) != 0) {
                kinds[kKindNames.at(kind)] = field.kinds.at(kind);
            }
        }
        fields.push_back(
            {{"field", printable(name)}, {"records", field.records}, {"kinds", std::move(kinds)}});
    }
    return {{"records", survey.with_meta},
            {"fields", std::move(fields)},
            {"has_more_fields", survey.has_more_meta_fields}};
}

nlohmann::json galleries_json(const FileSurvey& survey) {
    nlohmann::json galleries = nlohmann::json::array();
    for (const auto& [gallery, count] : survey.galleries) {
        galleries.push_back({{"gallery", printable(gallery)}, {"records", count}});
    }
    return galleries;
}

nlohmann::json file_json(const InspectedFile& inspected) {
    const FileSurvey& survey = inspected.survey;
    nlohmann::json models = nlohmann::json::array();
    for (const auto& [model, count] : survey.models) {
        models.push_back({{"model", printable(model)}, {"records", count}});
    }
    nlohmann::json dimensions = nlohmann::json::array();
    for (const auto& [dimension, count] : survey.dimensions) {
        dimensions.push_back({{"dimension", dimension}, {"records", count}});
    }
    nlohmann::json duplicates = nlohmann::json::array();
    for (const RecordId id : survey.duplicates.examples) {
        duplicates.push_back(std::to_string(id.value));
    }
    nlohmann::json problems = nlohmann::json::array();
    for (const Error& error : survey.problems) {
        problems.push_back(problem_json(error));
    }
    return {{"file", inspected.file.name},
            {"gallery", inspected.file.gallery},
            {"profile", inspected.file.profile.name},
            {"evidence", printable(inspected.file.evidence)},
            {"bytes", survey.bytes},
            {"records", survey.records},
            {"bad_records", survey.bad},
            {"with_image", survey.with_image},
            {"without_image", survey.records - survey.bad - survey.with_image},
            {"with_facen_model", survey.with_model},
            {"models", std::move(models)},
            {"dimensions", std::move(dimensions)},
            {"invalid_facens", survey.invalid_facens},
            {"norm_min", survey.norm_min},
            {"norm_median", survey.norm_median},
            {"norm_max", survey.norm_max},
            {"equal_facens", survey.equal_facens},
            {"meta", meta_json(survey)},
            {"galleries_in_records", galleries_json(survey)},
            {"has_more_galleries", survey.has_more_galleries},
            {"is_repeated", inspected.is_repeated},
            {"duplicate_ids", survey.duplicates.count},
            {"duplicate_examples", std::move(duplicates)},
            {"problems", std::move(problems)}};
}

/// "name text 100.0 %, height number 12.5 %".
std::string meta_text(const FileSurvey& survey) {
    std::string text;
    for (const auto& [name, field] : survey.meta_fields) {
        std::string kinds;
        for (std::size_t kind = 0; kind < kValueKinds; ++kind) {
            if (field.kinds.at(kind) != 0) {
                kinds += (kinds.empty() ? "" : "|") + std::string(kKindNames.at(kind));
            }
        }
        text += fmt::format(
            "{}{} {} {:.1f} %", text.empty() ? "" : ", ", printable(name), kinds,
            100.0 * static_cast<double>(field.records) / static_cast<double>(survey.with_meta));
    }
    text += survey.has_more_meta_fields ? ", and more" : "";
    return text;
}

/// What does not fit into the table, a line each.
void add_details(std::string& text, const std::string& name, const FileSurvey& survey) {
    const auto add = [&](const std::string& line) { text += name + ": " + line + "\n"; };
    if (!survey.galleries.empty() || survey.has_more_galleries) {
        add(fmt::format("galleries in records: {}{}", kinds_text(survey.galleries),
                        survey.has_more_galleries ? ", and more" : ""));
    }
    const std::uint64_t without = survey.records - survey.bad - survey.with_image;
    if (without != 0) {
        add(fmt::format("{} records have no normalized image", without));
    }
    if (survey.norms != 0) {
        add(fmt::format("norms from {:.6f} to {:.6f}, median {:.6f}", survey.norm_min,
                        survey.norm_max, survey.norm_median));
    }
    if (survey.equal_facens != 0) {
        add(fmt::format("{} facens occur more than once", survey.equal_facens));
    }
    if (!survey.meta_fields.empty() || survey.has_more_meta_fields) {
        add(fmt::format("fields of meta, of {} records: {}", survey.with_meta, meta_text(survey)));
    }
}

std::string gallery_text(const InspectedFile& inspected) {
    return inspected.survey.galleries.size() > 1
               ? fmt::format("{} galleries", inspected.survey.galleries.size())
               : printable(inspected.file.gallery);
}

}  // namespace

std::string render_inspection_text(const InspectedDump& dump) {
    std::string text =
        fmt::format("{:<28} {:<12} {:>12} {:>12} {:>6} {:>6}  {:<20} {}\n", "gallery", "layout",
                    "records", "with image", "bad", "twice", "model", "floats");
    for (const InspectedFile& inspected : dump.files) {
        const FileSurvey& survey = inspected.survey;
        text += fmt::format("{:<28} {:<12} {:>12} {:>12} {:>6} {:>6}  {:<20} {}\n",
                            gallery_text(inspected), inspected.file.profile.name, survey.records,
                            survey.with_image, survey.bad, survey.duplicates.count,
                            kinds_text(survey.models), kinds_text(survey.dimensions));
    }
    for (const auto& [file, survey, is_repeated] : dump.files) {
        text += fmt::format("{}: {}\n", printable(file.name), printable(file.evidence));
        add_details(text, printable(file.name), survey);
        if (is_repeated) {
            text += fmt::format(
                "{}: the archive has a file of this name before it; unpacked, one "
                "replaces the other\n",
                printable(file.path));
        }
        for (const RecordId id : survey.duplicates.examples) {
            text += fmt::format("{}: id {} occurs more than once [id_duplicate]\n",
                                printable(file.name), id.value);
        }
        for (const Error& problem : survey.problems) {
            text += problem.place().file.empty() ? printable(file.name) + ": " : std::string();
            text += problem.one_line() + "\n";
        }
    }
    for (const std::string& folder : dump.folders) {
        text += fmt::format("{}/: a folder, passed over\n", printable(folder));
    }
    text.pop_back();
    return text;
}

std::string render_inspection_json(const InspectedDump& dump) {
    nlohmann::json document{{"schema_version", 1},
                            {"files", nlohmann::json::array()},
                            {"folders_passed_over", nlohmann::json::array()}};
    for (const std::string& folder : dump.folders) {
        document["folders_passed_over"].push_back(printable(folder));
    }
    for (const InspectedFile& file : dump.files) {
        document["files"].push_back(file_json(file));
    }
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace ffdump

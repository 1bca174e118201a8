// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace ffdump {
namespace {

template <class Key>
std::string kinds_text(const std::map<Key, std::uint64_t>& kinds) {
    std::string text;
    for (const auto& [kind, count] : kinds) {
        text += text.empty() ? "" : ", ";
        if constexpr (std::is_same_v<Key, std::string>) {
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
            {"norm_max", survey.norm_max},
            {"duplicate_ids", survey.duplicates.count},
            {"duplicate_examples", std::move(duplicates)},
            {"problems", std::move(problems)}};
}

}  // namespace

std::string render_inspection_text(const std::vector<InspectedFile>& files) {
    std::string text =
        fmt::format("{:<28} {:<12} {:>12} {:>12} {:>6} {:>6}  {:<20} {}\n", "gallery", "layout",
                    "records", "with image", "bad", "twice", "model", "floats");
    for (const auto& [file, survey] : files) {
        text += fmt::format("{:<28} {:<12} {:>12} {:>12} {:>6} {:>6}  {:<20} {}\n",
                            printable(file.gallery), file.profile.name, survey.records,
                            survey.with_image, survey.bad, survey.duplicates.count,
                            kinds_text(survey.models), kinds_text(survey.dimensions));
    }
    for (const auto& [file, survey] : files) {
        text += fmt::format("{}: {}\n", printable(file.name), printable(file.evidence));
        for (const RecordId id : survey.duplicates.examples) {
            text += fmt::format("{}: id {} occurs more than once [id_duplicate]\n",
                                printable(file.name), id.value);
        }
        for (const Error& problem : survey.problems) {
            text += problem.place().file.empty() ? printable(file.name) + ": " : std::string();
            text += problem.one_line() + "\n";
        }
    }
    text.pop_back();
    return text;
}

std::string render_inspection_json(const std::vector<InspectedFile>& files) {
    nlohmann::json document{{"schema_version", 1}, {"files", nlohmann::json::array()}};
    for (const InspectedFile& file : files) {
        document["files"].push_back(file_json(file));
    }
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/quality/quality.hpp"

#include <nlohmann/json.hpp>

namespace ffdump {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json separation_json(const Separation& separation) {
    return {
        {"same_pairs", separation.same_pairs},
        {"other_pairs", separation.other_pairs},
        {"same_mean", separation.same_mean},
        {"same_deviation", separation.same_deviation},
        {"other_mean", separation.other_mean},
        {"other_deviation", separation.other_deviation},
        {"d_prime", separation.d_prime},
        {"auc", separation.auc},
        {"tar_at_far_0.001", separation.tar ? Json(*separation.tar) : Json()},
    };
}

Json outliers_json(const std::vector<Outlier>& outliers) {
    Json json = Json::array();
    for (const Outlier& outlier : outliers) {
        // Ids pass 2^53: a reader that takes numbers for doubles would round them.
        json.push_back(
            {{"record_id", std::to_string(outlier.id.value)},
             {"own", outlier.own},
             {"own_before", outlier.own_before},
             {"other", outlier.other},
             {"resembles_record_id",
              outlier.resembles ? Json(std::to_string(outlier.resembles->value)) : Json()}});
    }
    return json;
}

Json gallery_json(const GalleryQuality& quality) {
    Json json = {
        {"gallery", quality.gallery},
        {"left_out", quality.left_out},
        {"records", quality.records},
        {"sampled", quality.sampled},
        {"ungrouped", quality.ungrouped},
        {"groups", quality.groups},
        {"old_dimension", quality.dimension_before},
        {"new_dimension", quality.dimension_after},
        {"overlap", Json::object()},
        {"overlap_counts", quality.overlap_counts},
        {"old", quality.before ? separation_json(*quality.before) : Json()},
        {"new", quality.after ? separation_json(*quality.after) : Json()},
        {"thresholds", Json::array()},
        {"judged", quality.judged},
        {"leaving", outliers_json(quality.leaving)},
        {"outside_before", outliers_json(quality.outside)},
    };
    for (std::size_t i = 0; i < kNeighbours.size(); ++i) {
        json["overlap"][std::to_string(kNeighbours.at(i))] = quality.overlap.at(i);
    }
    for (const MatchingThresholds& pair : quality.thresholds) {
        json["thresholds"].push_back({{"accepted", pair.accepted},
                                      {"old", pair.before},
                                      {"new", pair.after ? Json(*pair.after) : Json()},
                                      {"given", pair.is_given}});
    }
    return json;
}

}  // namespace

std::string render_json(const QualityReport& report) {
    Json json = {
        {"schema_version", kSchemaVersion},
        {"verdict", report.verdict},
        {"from", report.from},
        {"to", report.to},
        {"seed", std::to_string(report.seed)},
        {"has_groups", report.has_groups},
        {"galleries", Json::array()},
    };
    for (const GalleryQuality& quality : report.galleries) {
        json["galleries"].push_back(gallery_json(quality));
    }
    // File names may be any bytes; JSON may not.
    constexpr int kIndent = 2;
    return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ffdump

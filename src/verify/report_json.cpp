// SPDX-License-Identifier: Apache-2.0
#include "report_parts.hpp"

namespace ffdump {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json gallery_json(const GalleryReport& gallery) {
    return {
        {"gallery", gallery.gallery},
        {"file", gallery.file},
        {"action", gallery.action},
        {"source", gallery.source},
        {"target", gallery.target},
        {"failed", gallery.failed},
        {"excluded", gallery.excluded},
        {"compared", gallery.was_compared},
        {"law_holds", gallery.law_holds},
        {"old_model", gallery.old_model},
        {"new_model", gallery.new_model},
        {"old_dimension", gallery.old_dimension},
        {"new_dimension", gallery.new_dimension},
        {"norm_min", gallery.norm_min},
        {"norm_max", gallery.norm_max},
        {"failed_by_reason", gallery.failed_by_reason},
    };
}

Json finding_json(const Finding& finding) {
    Json json = {{"reason", reason_name(finding.reason)}, {"text", finding.text}};
    if (!finding.place.file.empty()) {
        json["file"] = finding.place.file;
    }
    if (finding.place.line != 0) {
        json["line"] = finding.place.line;
    }
    if (finding.place.offset) {
        json["offset"] = *finding.place.offset;
    }
    if (finding.place.record_id) {
        // Ids pass 2^53: a reader that takes numbers for doubles would round them.
        json["record_id"] = std::to_string(*finding.place.record_id);
    }
    json["cure"] = finding.cure;
    return json;
}

Json sampled_json(const SampledGallery& gallery) {
    Json json = {
        {"gallery", gallery.gallery},
        {"records", gallery.records},
        {"drawn", gallery.drawn},
        {"compared", gallery.compared()},
        {"same", gallery.same},
        {"near", gallery.near},
        {"different", Json::array()},
        {"missed", Json::array()},
        {"confidence", 0.99},
        {"most_different", gallery.most_different()},
        {"words", confidence_text(gallery)},
    };
    for (const SampledGallery::Different& different : gallery.different) {
        json["different"].push_back(
            {{"record_id", std::to_string(different.id.value)}, {"why", different.why}});
    }
    for (const auto& [id, reason] : gallery.missed) {
        json["missed"].push_back({{"record_id", std::to_string(id.value)}, {"reason", reason}});
    }
    return json;
}

Json sample_json(const SampleReport& sample) {
    Json json = {{"seed", std::to_string(sample.seed)},
                 {"cosine_above", sample.cosine_above},
                 {"galleries", Json::array()}};
    for (const SampledGallery& gallery : sample.galleries) {
        json["galleries"].push_back(sampled_json(gallery));
    }
    return json;
}

}  // namespace

nlohmann::ordered_json findings_json(const std::vector<Finding>& findings) {
    Json json = Json::array();
    for (const Finding& finding : findings) {
        json.push_back(finding_json(finding));
    }
    return json;
}

std::string render_json(const VerifyReport& report) {
    Json json = {
        {"schema_version", kSchemaVersion},
        {"verdict", report.verdict},
        {"restorable", report.restorable},
        {"from", report.from},
        {"to", report.to},
        {"run_id", report.run_id},
        {"sequence", report.sequence},
        {"tool_version", report.tool_version},
        {"started", report.started},
        {"ended", report.ended},
        {"opt_outs", report.opt_outs},
        {"failed", report.failed},
        {"excluded", report.excluded},
        {"failures_by_reason", report.failures_by_reason},
        {"galleries", Json::array()},
        {"finding_counts", report.finding_counts},
        {"findings", findings_json(report.findings)},
        {"not_proven", report.not_proven},
    };
    for (const GalleryReport& gallery : report.galleries) {
        json["galleries"].push_back(gallery_json(gallery));
    }
    if (report.sample) {
        json["sample"] = sample_json(*report.sample);
    }
    // File names may be any bytes; JSON may not.
    constexpr int kIndent = 2;
    return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ffdump

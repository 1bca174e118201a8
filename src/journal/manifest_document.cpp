// SPDX-License-Identifier: Apache-2.0
#include "manifest_document.hpp"

#include "strict_json.hpp"

#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>

#include <map>

namespace ffdump {
namespace {

using Json = nlohmann::ordered_json;

struct GallerySum {
    std::uint64_t files = 0;
    Tally tally;
};

std::map<std::string, GallerySum> galleries_of(const Manifest& manifest) {
    std::map<std::string, GallerySum> galleries;
    for (const ManifestFile& file : manifest.files) {
        GallerySum& sum = galleries[json_text(file.gallery)];
        ++sum.files;
        sum.tally.source += file.tally.source;
        sum.tally.target += file.tally.target;
        sum.tally.failed += file.tally.failed;
        sum.tally.excluded += file.tally.excluded;
    }
    return galleries;
}

Json sums_json(const RecordSums& sums) {
    Json out;
    out["count"] = sums.count;
    out["ids"] = sums.ids.hex();
    out["rest"] = sums.rest.hex();
    out["vec"] = sums.vec.hex();
    return out;
}

void put_sides(Json& out, const Tally& tally) {
    out["source"] = sums_json(tally.source);
    out["target"] = sums_json(tally.target);
    out["failed"] = sums_json(tally.failed);
    out["excluded"] = sums_json(tally.excluded);
}

Json tally_json(const Tally& tally) {
    Json out;
    put_sides(out, tally);
    out["failed_by_reason"] = tally.failed_by_reason;
    if (!tally.images_by_source.empty()) {
        out["images_by_source"] = tally.images_by_source;
    }
    out["old_dimension"] = tally.old_dimension;
    out["new_dimension"] = tally.new_dimension;
    out["norm_min"] = tally.norm_min;
    out["norm_max"] = tally.norm_max;
    out["old_model"] = json_text(tally.old_model);
    out["with_model"] = tally.with_model;
    return out;
}

Json file_json(const ManifestFile& file) {
    Json out;
    out["name"] = json_text(file.name);
    out["gallery"] = json_text(file.gallery);
    out["action"] = file.action;
    out["profile"] = json_text(file.profile);
    out["profile_sha256"] = file.profile_sha256;
    out["source"]["bytes"] = file.source_bytes;
    out["source"]["xxh3_128"] = file.source_fingerprint;
    out["source"]["records"] = file.source_records;
    if (file.action != kDropAction) {
        out["target"]["bytes"] = file.target_bytes;
        out["target"]["sha256"] = file.target_sha256;
        out["target"]["model"] = json_text(file.new_model);
    }
    out["records"] = tally_json(file.tally);
    return out;
}

Json files_json(const Manifest& manifest) {
    Json out = Json::array();
    for (const ManifestFile& file : manifest.files) {
        out.push_back(file_json(file));
    }
    return out;
}

Json failures_json(const Manifest& manifest) {
    Json out;
    out["bytes"] = manifest.failures_bytes;
    out["sha256"] = manifest.failures_sha256;
    out["records"] = manifest.failures_records;
    out["by_reason"] = manifest.failures_by_reason;
    return out;
}

Json not_proven_json() {
    return {
        "that the new model recognizes people well: `ffdump verify --sample N` compares some "
        "records with a fresh extraction",
        "that an image belongs to the id it is stored under",
        "that the servers accept the files: restore into empty shards, dump them again and compare "
        "the galleries' digests with these"};
}

/// One field a line, one file or gallery a line: people read it, and diff does.
class ManifestText {
 public:
    void line(std::string_view key, const Json& value) {
        text_ += fmt::format("{}\"{}\": {},\n", text_.empty() ? "{" : "", key, json_line(value));
    }
    void list(std::string_view key, const Json& values) {
        text_ += fmt::format("\"{}\": [", key);
        const char* separator = "\n";
        for (const Json& value : values) {
            text_ += separator + json_line(value);
            separator = ",\n";
        }
        text_ += values.empty() ? "],\n" : "\n],\n";
    }
    [[nodiscard]] std::string finish() && { return text_ + checksum_line(text_); }

 private:
    std::string text_;
};

}  // namespace

Json galleries_json(const Manifest& manifest) {
    Json out = Json::array();
    for (const auto& [gallery, sum] : galleries_of(manifest)) {
        Json entry;
        entry["gallery"] = gallery;
        entry["files"] = sum.files;
        put_sides(entry, sum.tally);
        out.push_back(std::move(entry));
    }
    return out;
}

Json law_json(const Manifest& manifest) {
    Json out = Json::array();
    for (const auto& [gallery, sum] : galleries_of(manifest)) {
        RecordSums accounted = sum.tally.target;
        accounted += sum.tally.failed;
        accounted += sum.tally.excluded;
        Json entry;
        entry["gallery"] = gallery;
        entry["count"] = sum.tally.source.count == accounted.count;
        entry["ids"] = sum.tally.source.ids == accounted.ids;
        entry["rest"] = sum.tally.source.rest == accounted.rest;
        out.push_back(std::move(entry));
    }
    return out;
}

Json settings_json(const Manifest& manifest) {
    Json out = Json::object();
    for (const auto& [name, value] : manifest.settings) {
        out[json_text(name)] = json_text(value);
    }
    return out;
}

std::string settings_sha256(const Manifest& manifest) {
    return sha256_hex(json_line(settings_json(manifest)));
}

std::string checksum_line(std::string_view before) {
    return fmt::format("\"manifest_sha256\": \"{}\"}}\n", sha256_hex(before));
}

std::string manifest_text(const Manifest& manifest) {
    ManifestText text;
    text.line("ffdump_manifest", kManifestVersion);
    text.line("run_id", manifest.run_id);
    text.line("sequence", manifest.sequence);
    text.line("parent_run", manifest.parent_run);
    text.line("tool", json_text(manifest.tool_version));
    text.line("started", manifest.started);
    text.line("ended", manifest.ended);
    text.line("resumes", manifest.resumes);
    text.line("source", json_text(manifest.source));
    text.line("settings", settings_json(manifest));
    text.line("settings_sha256", settings_sha256(manifest));
    Json opt_outs = Json::array();
    for (const std::string& option : manifest.opt_outs) {
        opt_outs.push_back(json_text(option));
    }
    text.line("opt_outs", opt_outs);
    text.line("extraction", json_text(manifest.extraction));
    text.list("files", files_json(manifest));
    text.list("galleries", galleries_json(manifest));
    text.line("failures", failures_json(manifest));
    text.list("law", law_json(manifest));
    text.list("not_proven", not_proven_json());
    return std::move(text).finish();
}

}  // namespace ffdump

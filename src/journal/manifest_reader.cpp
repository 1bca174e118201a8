// SPDX-License-Identifier: Apache-2.0
#include "json_fields.hpp"
#include "manifest_document.hpp"
#include "strict_json.hpp"

#include "ffdump/journal/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostDepth = 5;
constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kXxh128Digits = 32;
constexpr std::size_t kMostNameBytes = 255;

Error invalid(std::string problem) {
    return {Reason::manifest_invalid, std::move(problem)};
}

/// A name that stays inside the folder, is no hidden file and is one on every file system.
bool is_safe_name(std::string_view name) {
    return !name.empty() && name.size() <= kMostNameBytes && !name.starts_with('.') &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

void take_hex(JsonFields& fields, const std::string& key, std::size_t digits, std::string& out) {
    fields.take(key, out);
    if (!is_hex(out, digits)) {
        fields.complain(key, fmt::format("is not {} hex digits", digits));
    }
}

void take_utc(JsonFields& fields, const std::string& key, std::string& out) {
    fields.take(key, out);
    if (!is_utc(out)) {
        fields.complain(key, "is not a UTC time");
    }
}

void take_sum(JsonFields& fields, const std::string& key, Sum128& out) {
    std::string hex;
    take_hex(fields, key, kXxh128Digits, hex);
    out = Sum128::from_hex(hex).value_or(Sum128{});
}

void take_sums(JsonFields& fields, const std::string& key, RecordSums& out) {
    fields.take_object(key, [&out](JsonFields& sums) {
        sums.take("count", out.count);
        take_sum(sums, "ids", out.ids);
        take_sum(sums, "rest", out.rest);
        take_sum(sums, "vec", out.vec);
    });
}

using Counts = std::map<std::string, std::uint64_t>;

void take_reasons(JsonFields& fields, const std::string& key, std::uint64_t total, Counts& out) {
    fields.take(key, out);
    std::uint64_t sum = 0;
    for (const auto& [name, count] : out) {
        if (!reason_from_name(name)) {
            fields.complain(key, "names a reason that this ffdump does not know");
        }
        sum += count;
    }
    if (sum != total) {
        fields.complain(key, fmt::format("adds up to {} and not to {}", sum, total));
    }
}

void take_tally(JsonFields& fields, Tally& out) {
    fields.take_object("records", [&out](JsonFields& tally) {
        std::uint64_t old_dimension = 0;
        std::uint64_t new_dimension = 0;
        take_sums(tally, "source", out.source);
        take_sums(tally, "target", out.target);
        take_sums(tally, "failed", out.failed);
        take_sums(tally, "excluded", out.excluded);
        take_reasons(tally, "failed_by_reason", out.failed.count, out.failed_by_reason);
        if (tally.has("images_by_source")) {
            tally.take("images_by_source", out.images_by_source);
        }
        tally.take("old_dimension", old_dimension)
            .take("new_dimension", new_dimension)
            .take("norm_min", out.norm_min)
            .take("norm_max", out.norm_max)
            .take("old_model", out.old_model)
            .take("with_model", out.with_model);
        out.old_dimension = old_dimension;
        out.new_dimension = new_dimension;
    });
}

void take_action(JsonFields& fields, std::string& out) {
    constexpr std::array<std::string_view, 3> kActions{"migrate", "copy", kDropAction};
    fields.take("action", out);
    if (std::ranges::find(kActions, out) == kActions.end()) {
        fields.complain("action", "is neither migrate nor copy nor drop");
    }
}

void take_name(JsonFields& fields, const std::vector<ManifestFile>& before, std::string& out) {
    fields.take("name", out);
    if (!is_safe_name(out)) {
        fields.complain("name", "is not a safe file name");
    } else if (!before.empty() && before.back().name == out) {
        fields.complain("name", "stands there twice");
    } else if (!before.empty() && before.back().name > out) {
        fields.complain("name", "is not in the order of the names");
    }
}

void take_file(JsonFields& fields, std::vector<ManifestFile>& out) {
    ManifestFile file;
    take_name(fields, out, file.name);
    fields.take("gallery", file.gallery);
    take_action(fields, file.action);
    fields.take("profile", file.profile);
    take_hex(fields, "profile_sha256", kSha256Digits, file.profile_sha256);
    fields.take_object("source", [&file](JsonFields& source) {
        source.take("bytes", file.source_bytes);
        take_hex(source, "xxh3_128", kXxh128Digits, file.source_fingerprint);
        source.take("records", file.source_records);
    });
    if (file.action != kDropAction) {
        fields.take_object("target", [&file](JsonFields& target) {
            target.take("bytes", file.target_bytes);
            take_hex(target, "sha256", kSha256Digits, file.target_sha256);
            target.take("model", file.new_model);
        });
    }
    take_tally(fields, file.tally);
    out.push_back(std::move(file));
}

void take_head(JsonFields& fields, Manifest& out) {
    std::uint64_t version = 0;
    fields.take("ffdump_manifest", version);
    if (version != kManifestVersion) {
        fields.complain("ffdump_manifest", fmt::format("is {}, this ffdump reads version {}",
                                                       version, kManifestVersion));
    }
    take_hex(fields, "run_id", kXxh128Digits, out.run_id);
    fields.take("sequence", out.sequence);
    if (out.sequence == 0) {
        fields.complain("sequence", "is 0");
    }
    fields.take("parent_run", out.parent_run);
    if (!out.parent_run.empty() && !is_hex(out.parent_run, kXxh128Digits)) {
        fields.complain("parent_run", fmt::format("is not {} hex digits", kXxh128Digits));
    }
    fields.take("tool", out.tool_version);
    take_utc(fields, "started", out.started);
    take_utc(fields, "ended", out.ended);
    fields.take("resumes", out.resumes).take("source", out.source);
}

void take_settings(JsonFields& fields, Manifest& out) {
    std::string sha256;
    fields.take("settings", out.settings).take("settings_sha256", sha256);
    if (sha256 != settings_sha256(out)) {
        fields.complain("settings_sha256", "is not that of the settings");
    }
    fields.take("opt_outs", out.opt_outs).take("extraction", out.extraction);
}

void take_failures(JsonFields& fields, Manifest& out) {
    std::uint64_t of_files = 0;
    for (const ManifestFile& file : out.files) {
        of_files += file.tally.failed.count;
    }
    fields.take_object("failures", [&out, of_files](JsonFields& failures) {
        failures.take("bytes", out.failures_bytes);
        take_hex(failures, "sha256", kSha256Digits, out.failures_sha256);
        failures.take("records", out.failures_records);
        if (out.failures_records != of_files) {
            failures.complain("records", fmt::format("is {}, the files have {} failed records",
                                                     out.failures_records, of_files));
        }
        take_reasons(failures, "by_reason", out.failures_records, out.failures_by_reason);
    });
}

void compare(JsonFields& fields, const std::string& key, const nlohmann::ordered_json& expected) {
    const Json* value = fields.take_any(key);
    if (value != nullptr && *value != Json(expected)) {
        fields.complain(key, "is not what follows from the files");
    }
}

/// The document without its own checksum proven, or why not.
std::optional<std::string> checksum_problem(std::string_view text) {
    if (!text.ends_with('\n')) {
        return "it does not end with a newline: it is torn";
    }
    const std::size_t newline = text.rfind('\n', text.size() - 2);
    const std::size_t last = newline == std::string_view::npos ? 0 : newline + 1;
    if (!text.substr(last).starts_with(R"("manifest_sha256": ")")) {
        return "its last line is not its checksum";
    }
    if (text.substr(last) != checksum_line(text.substr(0, last))) {
        return "it does not match its own checksum";
    }
    return std::nullopt;
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text) {
    if (std::optional<std::string> problem = checksum_problem(text)) {
        return failed(invalid(std::move(*problem)));
    }
    const auto document = parse_strict_json(text, kMostDepth);
    if (!document) {
        return failed(invalid("it " + document.error().text).at_offset(document.error().offset));
    }
    Manifest manifest;
    JsonFields fields(*document, "");
    take_head(fields, manifest);
    take_settings(fields, manifest);
    fields.take_list("files", [&manifest](JsonFields& file) { take_file(file, manifest.files); });
    compare(fields, "galleries", galleries_json(manifest));
    take_failures(fields, manifest);
    compare(fields, "law", law_json(manifest));
    std::vector<std::string> not_proven;
    std::string own_checksum;
    fields.take("not_proven", not_proven).take("manifest_sha256", own_checksum);
    if (const std::string& problem = fields.finish(); !problem.empty()) {
        return failed(invalid(problem));
    }
    return manifest;
}

}  // namespace ffdump

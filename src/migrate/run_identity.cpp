// SPDX-License-Identifier: Apache-2.0
#include "run_identity.hpp"

#include "ffdump/config/load_settings.hpp"
#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace ffdump {
namespace {

constexpr std::size_t kMostDifferences = 8;

bool matters(std::string_view key) {
    constexpr std::array<std::string_view, 4> kPrefixes{"ffdump.extraction", "ffdump.galleries",
                                                        "ffdump.model", "ffdump.norm_tolerance"};
    return std::ranges::any_of(kPrefixes,
                               [key](std::string_view prefix) { return key.starts_with(prefix); });
}

void compare(std::vector<std::string>& out, const std::string& what, const std::string& first,
             const std::string& now) {
    if (first != now) {
        out.push_back(fmt::format("{} was {}, is {}", what, first.empty() ? "not set" : first,
                                  now.empty() ? "not set" : now));
    }
}

void compare_settings(std::vector<std::string>& out, const RunBegin& first, const RunBegin& now) {
    std::set<std::string> keys;
    for (const auto* settings : {&first.settings, &now.settings}) {
        for (const auto& [key, value] : *settings) {
            keys.insert(key);
        }
    }
    const auto value_of = [](const RunBegin& run, const std::string& key) {
        const auto it = run.settings.find(key);
        return it == run.settings.end() ? std::string() : it->second;
    };
    for (const std::string& key : keys) {
        compare(out, key, value_of(first, key), value_of(now, key));
    }
}

void compare_files(std::vector<std::string>& out, const RunBegin& first, const RunBegin& now) {
    std::map<std::string, std::array<const PlannedFile*, 2>> pairs;
    for (const PlannedFile& file : first.files) {
        pairs[file.name].at(0) = &file;
    }
    for (const PlannedFile& file : now.files) {
        pairs[file.name].at(1) = &file;
    }
    for (const auto& [name, pair] : pairs) {
        const auto [was, is] = pair;
        if (was == nullptr || is == nullptr) {
            out.push_back(fmt::format("file {} {}", name,
                                      was == nullptr ? "was not in the source" : "is gone"));
            continue;
        }
        if (was->fingerprint != is->fingerprint) {
            out.push_back(fmt::format("file {} has other bytes ({} then, {} now)", name,
                                      was->identity.size, is->identity.size));
        }
        compare(out, "action of " + name, was->action, is->action);
        compare(out, "profile of " + name, was->profile, is->profile);
        compare(out, "text of profile " + is->profile, was->profile_sha256, is->profile_sha256);
        compare(out, "new model of " + name, was->new_model, is->new_model);
    }
}

}  // namespace

std::map<std::string, std::string> settings_that_matter(const Settings& settings,
                                                        const MigrationOptions& options) {
    std::map<std::string, std::string> chosen;
    for (auto& [key, value] : describe_settings(settings)) {
        if (matters(key)) {
            chosen.emplace(key, value);
        }
    }
    if (options.compress) {
        chosen["--compress"] = options.compress->text();
    }
    const auto yes_no = [](bool value) { return value ? "yes" : "no"; };
    chosen["--skip-bad-records"] = yes_no(options.skip_bad_records);
    chosen["--allow-duplicate-ids"] = yes_no(options.allow_duplicate_ids);
    if (!options.excluded_ids.empty()) {
        chosen["--exclude-ids (SHA-256)"] = sha256_hex(options.excluded_ids);
    }
    return chosen;
}

std::set<std::string> opt_outs(const MigrationOptions& options, const Settings& settings) {
    std::set<std::string> list;
    if (options.skip_bad_records) {
        list.emplace("skip-bad-records");
    }
    if (options.allow_duplicate_ids) {
        list.emplace("allow-duplicate-ids");
    }
    for (const Reason reason : options.accepted_failures) {
        list.insert(fmt::format("accept-failures {}", reason_name(reason)));
    }
    if (settings.canaries.images == 0) {
        list.emplace("no-canaries");
    }
    return list;
}

std::set<std::string> opt_outs_in(std::string_view lines) {
    std::set<std::string> list;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        if (!line.empty()) {
            list.emplace(line);
        }
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
    return list;
}

std::vector<PlannedFile> planned_files(const MigrationPlan& plan) {
    std::vector<PlannedFile> files;
    for (const FilePlan& file : plan.files) {
        PlannedFile planned;
        planned.name = file.file.name;
        planned.target = file.target_name;
        planned.source_bytes = file.survey.bytes;
        planned.gallery = file.file.gallery;
        planned.action = action_name(file.action);
        planned.profile = file.file.profile.name;
        planned.profile_sha256 = file.file.profile.sha256;
        planned.identity = file.survey.identity;
        planned.records = file.survey.records;
        planned.fingerprint = file.survey.fingerprint;
        planned.new_model = file.new_model;
        files.push_back(std::move(planned));
    }
    return files;
}

Result<void> check_same_run(const RunBegin& first, const RunBegin& now,
                            const std::string& directory) {
    std::vector<std::string> differences;
    compare_files(differences, first, now);
    compare_settings(differences, first, now);
    if (differences.empty()) {
        return {};
    }
    std::string text = "the directory holds a run of another source or other settings: ";
    for (std::size_t i = 0; i < std::min(differences.size(), kMostDifferences); ++i) {
        text += (i == 0 ? "" : "; ") + differences[i];
    }
    if (differences.size() > kMostDifferences) {
        text += fmt::format("; and {} more", differences.size() - kMostDifferences);
    }
    return failed(Error(Reason::resume_refused, std::move(text)).at_file(directory));
}

}  // namespace ffdump

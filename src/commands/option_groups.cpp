// SPDX-License-Identifier: Apache-2.0
#include "option_groups.hpp"

#include "ffdump/base/nearest_word.hpp"
#include "ffdump/base/printable.hpp"
#include "ffdump/config/load_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostConfigBytes = 1U << 20U;
constexpr std::size_t kMostExcludedBytes = 256U << 20U;

std::vector<Error> one(Error error) {
    std::vector<Error> errors;
    errors.push_back(std::move(error));
    return errors;
}

/// A file that the command line names: when it cannot be read the command is at fault, not the
/// dump.
Result<std::string> read_given_file(FileSystem& files, const std::string& path, std::size_t most) {
    return read_small_file(files, path, most).map_error([&path](const Error& error) {
        const bool is_missing = error.reason() == Reason::source_unreadable;
        return is_missing ? Error(Reason::config_unreadable, error.detail()).at_file(path) : error;
    });
}

Result<Profile> profile_in(FileSystem& files, const std::string& path) {
    return read_given_file(files, path, kMostConfigBytes)
        .and_then([&path](const std::string& text) { return parse_profile(text, path); });
}

}  // namespace

void LogOptions::declare(CLI::App& app) {
    app.add_flag("-q,--quiet", quiet, "No progress and no notices, only warnings and errors");
    app.add_option("--log-level", level, "How much is told on stderr")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
        ->capture_default_str();
    app.add_option("--log-format", format, "text for people, json for machines")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
}

Log LogOptions::make_log(Terminal& terminal, const Clock& clock) const {
    LogLevel chosen = LogLevel::info;
    if (level == "debug") {
        chosen = LogLevel::debug;
    } else if (level == "error") {
        chosen = LogLevel::error;
    } else if (level == "warning" || quiet) {
        chosen = LogLevel::warning;
    }
    return {terminal, clock, chosen, format == "json" ? LogFormat::json : LogFormat::text};
}

void tell_notices(Log& log, const Settings& settings) {
    for (const std::string& notice : settings.notices) {
        log.info(notice);
    }
}

void FormatOptions::declare(CLI::App& app) {
    app.add_option(option, files,
                   "Layout profile to use in place of the shipped ones (formats/README.md); may be "
                   "given more than once")
        ->type_name("FILE");
    app.add_option(
           "--max-record-bytes", max_record_bytes,
           "A record over this is an error; 67108864 unless the configuration says otherwise")
        ->check(CLI::Range(std::size_t{1024}, std::size_t{1} << 30U));
}

Result<std::vector<Profile>> FormatOptions::profiles(FileSystem& files_of) const {
    if (files.empty()) {
        return shipped_profiles();
    }
    std::vector<Profile> profiles;
    for (const std::string& path : files) {
        Result<Profile> profile = profile_in(files_of, path);
        if (!profile) {
            return failed(std::move(profile.error()));
        }
        profiles.push_back(std::move(*profile));
    }
    return profiles;
}

std::vector<std::string> shipped_names() {
    std::vector<std::string> names;
    for (const Profile& profile : shipped_profiles()) {
        names.push_back(profile.name);
    }
    return names;
}

Result<Profile> profile_named(FileSystem& files, const std::string& name_or_file) {
    const std::vector<std::string> names = shipped_names();
    const auto found = std::ranges::find(names, name_or_file);
    if (found != names.end()) {
        return shipped_profiles().at(static_cast<std::size_t>(found - names.begin()));
    }
    const Result<bool> is_file = files.exists(name_or_file, FilePurpose::reading);
    if (!is_file) {
        return failed(is_file.error());
    }
    if (*is_file) {
        return profile_in(files, name_or_file);
    }
    const std::string nearest = nearest_word(name_or_file, names);
    return failed(
        Error(Reason::usage_error, fmt::format("--format {} is neither a shipped layout nor a file",
                                               printable(name_or_file)))
            .hint(nearest.empty() ? fmt::format("one of {}", fmt::join(names, ", "))
                                  : fmt::format("did you mean {}?", nearest)));
}

void CompressOptions::declare(CLI::App& app) {
    app.add_option("--compress", how,
                   "Pack the new files: zstd:LEVEL (1 to 19), gzip:LEVEL (1 to 9) or none; without "
                   "it each is packed as its source is")
        ->type_name("HOW");
}

Result<std::optional<Compression>> CompressOptions::chosen() const {
    if (how.empty()) {
        return std::nullopt;
    }
    std::optional<Compression> compression = Compression::parse(how);
    if (!compression) {
        return failed(
            Error(Reason::usage_error, fmt::format("--compress {} is not known", printable(how)))
                .hint("write it as zstd:3, gzip:6 or none"));
    }
    return compression;
}

void ExclusionOptions::declare(CLI::App& app) {
    app.add_option(
           "--exclude-ids", file,
           "Records to leave out (people erased since the dump): lines of ID or GALLERY ID; "
           "the same file for migrate and verify")
        ->type_name("FILE");
}

Result<std::optional<std::string>> ExclusionOptions::text(FileSystem& files) const {
    if (file.empty()) {
        return std::nullopt;
    }
    return read_given_file(files, file, kMostExcludedBytes).map([](std::string text) {
        return std::optional<std::string>(std::move(text));
    });
}

void ConfigOptions::declare(CLI::App& app) {
    app.add_option("-c,--config", file,
                   "The vendor's migration.ini, unchanged; -config works as well")
        ->type_name("FILE")
        ->required()
        ->envname("FFDUMP_CONFIG");
    app.add_option("--extraction-api", overrides.extraction_url,
                   "URL of findface-extraction-api; several of one model with commas between")
        ->type_name("URL")
        ->envname("FFDUMP_EXTRACTION_API");
    app.add_option("--upload-url", overrides.upload_url, "URL of the normalized images (webdav)")
        ->type_name("URL")
        ->envname("FFDUMP_UPLOAD_URL");
    app.add_option("--images", overrides.images_directory,
                   "Folder with a copy of the normalized images, in place of webdav")
        ->type_name("DIR")
        ->envname("FFDUMP_IMAGES");
    app.add_option("--workers", overrides.workers,
                   "Extraction requests in flight (workers_num), or auto")
        ->type_name("N|auto")
        ->envname("FFDUMP_WORKERS");
    app.add_option("--batch-size", overrides.batch_size,
                   "Images in one extraction request (extraction_batch_size), or auto")
        ->type_name("N|auto")
        ->envname("FFDUMP_BATCH_SIZE");
    app.add_option("--model", overrides.model, "Name of the new model, for facen_model")
        ->type_name("NAME")
        ->envname("FFDUMP_MODEL");
    app.add_option("--give-up-after", give_up_after,
                   "End the run when a service has been down this long (5s, 10m; 0s = never)")
        ->type_name("TIME")
        ->envname("FFDUMP_GIVE_UP_AFTER");
    app.add_option("--set", overrides.assignments,
                   "Any key of the configuration, for instance --set ffdump.retry.attempts=5")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

void TemporaryOptions::declare(CLI::App& app) {
    app.add_option("--temporary", folder,
                   "Folder for the search of duplicate ids, 8 bytes a record when there are more "
                   "than 65,536 in a file")
        ->type_name("DIR")
        ->capture_default_str();
}

tl::expected<Settings, std::vector<Error>> ConfigOptions::load(FileSystem& files,
                                                               const FormatOptions& format) const {
    SettingsOverrides effective = overrides;
    for (const std::string_view name : configuration_variables()) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started
        if (const char* const value = std::getenv(std::string(name).c_str());
            value != nullptr && *value != '\0') {
            effective.variables.emplace(name, Secret(value));
        }
    }
    if (!give_up_after.empty()) {
        effective.give_up_after = parse_go_duration(give_up_after);
        if (!effective.give_up_after) {
            return tl::unexpected(one(Error(Reason::usage_error, "--give-up-after is no duration")
                                          .hint("write it as 30s, 10m or 1h30m; 0s = never")));
        }
    }
    Result<std::string> text = read_given_file(files, file, kMostConfigBytes);
    if (!text) {
        return tl::unexpected(one(std::move(text.error())));
    }
    auto settings = load_settings(*text, file, effective, [&files](const std::string& path) {
        return read_small_file(files, path, kMostConfigBytes);
    });
    if (settings) {
        settings->limits.record_bytes =
            format.max_record_bytes.value_or(settings->limits.record_bytes);
    }
    return settings;
}

}  // namespace ffdump

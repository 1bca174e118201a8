// SPDX-License-Identifier: Apache-2.0
#include "migrate_command.hpp"

#include "fetch_only.hpp"
#include "open_storage.hpp"
#include "progress_display.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/config/load_settings.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>

namespace ffdump {
namespace {

constexpr int kExitFailedRecords = 3;
/// With --wait-for-space: a quota may be used up while the disk has room.
constexpr std::chrono::milliseconds kSpacePause{5000};
constexpr std::chrono::milliseconds kSpaceGlance{200};

std::string model_text(const std::string& model, std::size_t dimension) {
    if (dimension == 0) {
        return model.empty() ? "-" : printable(model);
    }
    return model.empty() ? fmt::format("{} floats", dimension)
                         : fmt::format("{} ({})", printable(model), dimension);
}

std::string table_of(const Manifest& manifest) {
    std::string text = fmt::format("{:<28} {:<8} {:>12} {:>12} {:>9} {:>9}  {}\n", "gallery",
                                   "action", "source", "target", "failed", "excluded", "model");
    for (const ManifestFile& file : manifest.files) {
        const Tally& tally = file.tally;
        text += fmt::format(
            "{:<28} {:<8} {:>12} {:>12} {:>9} {:>9}  {} -> {}\n", printable(file.gallery),
            file.action, file.source_records, tally.target.count, tally.failed.count,
            tally.excluded.count, model_text(tally.old_model, tally.old_dimension),
            file.action == "migrate" ? model_text(file.new_model, tally.new_dimension)
                                     : file.action);
    }
    return text;
}

std::map<std::string, std::uint64_t> images_by_source(const Manifest& manifest) {
    std::map<std::string, std::uint64_t> counts;
    for (const ManifestFile& file : manifest.files) {
        for (const auto& [source, count] : file.tally.images_by_source) {
            counts[source] += count;
        }
    }
    return counts;
}

}  // namespace

std::string MigrateCommand::summary() const {
    return "Extract every facen of a dump again and write a new dump";
}

std::string MigrateCommand::epilogue() const {
    return R"(Example:
  ffdump migrate --config migration.ini --from dump --to newdump --model jackfruit_480

An interrupted run goes on when the same command is given again. Records that cannot be
migrated are listed whole in newdump/.ffdump/failures.jsonl; mend the cause, then give the
same command with --retry-failed. Live shards are never touched.

Files packed with zstd or gzip are read as they are, and new ones are packed alike; with
--compress all new files are packed as it says and named after it (.zst, .gz).

Exit codes: 0 done; 1 internal error; 2 usage or configuration; 3 done, but some records
failed, or --max-failures was exceeded; 4 dump unreadable or corrupt; 5 storage or
extraction-api unreachable or refusing; 6 output not writable or disk full; 7 results in
doubt, since the model changed (see --rewind-to-canary); 8 another run holds the output; 130, 143 interrupted.)";
}

void MigrateCommand::declare(CLI::App& app) {
    app.add_option("--from", options_.from, "The dump: a directory, or one file of it")
        ->type_name("DUMP")
        ->required();
    app.add_option("--to", options_.to,
                   "Directory of the new dump: new, empty, or an earlier run's")
        ->type_name("DIR");
    app.add_option("--fetch-only", fetch_folder_,
                   "In place of --to: only bring all images that the dump needs into this folder, "
                   "which can then be given as --images where there is no network; goes on when "
                   "given again")
        ->type_name("DIR");
    config_.declare(app);
    compress_.declare(app);
    app.add_flag("--retry-failed", options_.retry_failed,
                 "Take up the failed records of a finished run and put them in their places");
    app.add_option("--max-failures", max_failures_,
                   "Stop when more records than this have failed in this run: N, or N% once 200 "
                   "records are through")
        ->type_name("N|N%");
    app.add_option("--accept-failures", accepted_failures_,
                   "List failures with this reason and go on even when they look like a wrong "
                   "setting: many alike and no image of the dump comes, or no record has got a "
                   "facen yet; may be given more than once")
        ->type_name("REASON");
    excluded_.declare(app);
    app.add_flag("--rewind-to-canary", options_.rewind_to_canary,
                 "After an end with 7: do again what came after the last check of the model that "
                 "passed");
    app.add_flag("--wait-for-space", options_.wait_for_space,
                 "When the disk is full, or what is to be written does not fit, wait for space and "
                 "go on, in place of ending with 6");
    app.add_flag("--skip-space-check", options_.skip_space_check,
                 "Begin even when what is to be written does not seem to fit");
    app.add_flag("--dedup-images", options_.dedup_images,
                 "Extract images with the same bytes once where they are near each other in the "
                 "dump, as it is done for one normalized_id");
    app.add_flag("--skip-bad-records", options_.skip_bad_records,
                 "List records that cannot be read as failed, and go on");
    app.add_flag("--allow-duplicate-ids", options_.allow_duplicate_ids,
                 "Migrate galleries in which an id occurs more than once");
    format_.declare(app);
    log_.declare(app);
}

Result<void> MigrateCommand::complete_options(FileSystem& files) {
    if (options_.to.empty() == fetch_folder_.empty()) {
        return failed(Error(Reason::usage_error, options_.to.empty()
                                                     ? "--to is required"
                                                     : "--to and --fetch-only are both given")
                          .hint("give --to DIR to migrate, or --fetch-only DIR to fetch images"));
    }
    const Result<std::optional<Compression>> compress = compress_.chosen();
    if (!compress) {
        return failed(compress.error());
    }
    options_.compress = *compress;
    if (max_failures_) {
        const std::optional<FailureBudget> budget = parse_failure_budget(*max_failures_);
        if (!budget) {
            return failed(
                Error(Reason::usage_error,
                      fmt::format("--max-failures {} is neither a number nor a percentage",
                                  *max_failures_))
                    .hint("write it as 100 or 2.5%"));
        }
        options_.budget = *budget;
    }
    if (Result<void> accepted = accept_failures(); !accepted) {
        return accepted;
    }
    Result<std::optional<std::string>> excluded = excluded_.text(files);
    if (!excluded) {
        return failed(std::move(excluded.error()));
    }
    options_.excluded_ids_name = excluded_.file;
    options_.excluded_ids = std::move(*excluded).value_or(std::string());
    return format_.profiles(files).map(
        [this](std::vector<Profile> profiles) { options_.profiles = std::move(profiles); });
}

Result<void> MigrateCommand::accept_failures() {
    for (const std::string& name : accepted_failures_) {
        const std::optional<Reason> reason = reason_from_name(name);
        if (!reason || reason_info(*reason).fault != FaultClass::record) {
            return failed(Error(Reason::usage_error,
                                fmt::format("--accept-failures {} names no reason for which a "
                                            "record fails",
                                            printable(name)))
                              .hint("give a reason as failures.jsonl has it, such as "
                                    "image_missing or no_face"));
        }
        options_.accepted_failures.push_back(*reason);
    }
    return {};
}

int MigrateCommand::run(const CommandContext& context) {
    if (Result<void> completed = complete_options(context.files); !completed) {
        return give_up(context, {&completed.error(), 1});
    }
    const auto settings = config_.load(context.files, format_);
    if (!settings) {
        return give_up(context, settings.error());
    }
    Log log = log_.make_log(context.terminal, context.clock);
    tell_notices(log, *settings);
    for (const auto& [key, value] : describe_settings(*settings)) {
        log.debug("setting", {{"key", key}, {"value", value}});
    }
    if (!fetch_folder_.empty()) {
        return fetch_only(context, *settings, options_, fetch_folder_, log, log_.quiet);
    }
    return run_with(context, *settings, log);
}

int MigrateCommand::run_with(const CommandContext& context, const Settings& settings, Log& log) {
    for (;;) {
        const std::optional<int> code = attempt(context, settings, log);
        if (code) {
            return *code;
        }
        // A full disk ended the run as it always does: what is durable is, and the same command
        // goes on. It waits where it looks for space before it begins.
        options_.rewind_to_canary = false;
        for (auto left = kSpacePause; left > kSpaceGlance && context.stop_signal.load() == 0;
             left -= kSpaceGlance) {
            std::this_thread::sleep_for(kSpaceGlance);
        }
    }
}

std::optional<int> MigrateCommand::attempt(const CommandContext& context, const Settings& settings,
                                           Log& log) {
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || !log.shows(LogLevel::info));
    const std::unique_ptr<HttpTransport> transport = make_transport(settings);
    const Result<std::unique_ptr<ImageStore>> images =
        open_storage(context, settings, *transport, display);
    if (!images) {
        return give_up(context, {&images.error(), 1});
    }
    Random random = Random::from_system();
    const std::unique_ptr<Extractor> extractor =
        make_http_extractor(settings, *transport, context.clock, random.bits());
    const MigrationServices services{
        .files = context.files,
        .images = **images,
        .extractor = *extractor,
        .cancel = [&transport] { transport->cancel_all(); },
        .clock = context.clock,
        .log = log,
        .observer = display,
        .stop_signal = context.stop_signal,
        .random_seed = random.bits(),
    };
    const MigrationResult outcome = migrate(settings, options_, services);
    context.terminal.clear_progress();
    const bool may_wait = options_.wait_for_space && !outcome &&
                          outcome.error().front().reason() == Reason::disk_full;
    if (may_wait) {
        log.warning("waiting for space: " + outcome.error().front().one_line());
        return std::nullopt;
    }
    if (!outcome) {
        return give_up(context, outcome.error());
    }
    if (const Manifest& manifest = outcome->manifest; manifest.failures_records != 0) {
        log.warning("some records failed and are listed",
                    {{"records", std::to_string(manifest.failures_records)},
                     {"list", OutputDirectory(options_.to).failures()}});
    }
    return conclude(context, *outcome);
}

int MigrateCommand::conclude(const CommandContext& context, const MigrationOutcome& outcome) const {
    const Manifest& manifest = outcome.manifest;
    const bool has_failures = manifest.failures_records != 0;
    if (!log_.quiet) {
        std::string text = table_of(manifest);
        if (outcome.was_complete) {
            text += "This run was complete already; nothing was done.\n";
        } else {
            text += fmt::format("{} facens extracted in {} requests, {}.\n", outcome.extracted,
                                outcome.extraction_requests, duration_text(outcome.took));
        }
        for (const auto& [source, count] : images_by_source(manifest)) {
            text += fmt::format("images: {} from {}\n", count, printable(source));
        }
        for (const auto& [reason, count] : manifest.failures_by_reason) {
            text += fmt::format("failed: {} x {}\n", count, reason);
        }
        if (has_failures) {
            text +=
                fmt::format("What to do about them: ffdump failures {}\n", printable(options_.to));
        }
        text += fmt::format(
            "Biometric data now lies in: {} (source), {} (new dump{}).\n"
            "Next: ffdump verify --from {} --to {}",
            printable(options_.from), printable(options_.to),
            has_failures ? ", with the whole failed records in .ffdump/failures.jsonl" : "",
            printable(options_.from), printable(options_.to));
        context.terminal.result(text);
    }
    return has_failures ? kExitFailedRecords : 0;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "migration_run.hpp"

#include "earlier_files.hpp"
#include "leftovers.hpp"
#include "manifest_builder.hpp"
#include "pipeline.hpp"
#include "recovered_files.hpp"
#include "resume_check.hpp"
#include "run_identity.hpp"
#include "space_check.hpp"
#include "time_keeper.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/base/version.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace ffdump {
namespace {

GalleryAction action_of(const RecoveredRun& run, std::size_t i) {
    return run.begin.files[i].action == "drop" ? GalleryAction::drop : GalleryAction::migrate;
}

/// What is left to do of a recovered run.
struct Remaining {
    std::vector<FeedFile> to_read;
    std::vector<std::uint32_t> to_seal;
    std::vector<std::uint32_t> to_rename;
};

Remaining remaining_of(const RecoveredRun& run) {
    Remaining remaining;
    for (std::uint32_t i = 0; i < run.files.size(); ++i) {
        if (action_of(run, i) == GalleryAction::drop) {
            continue;
        }
        switch (run.files[i].stage) {
            case FileProgress::Stage::untouched:
            case FileProgress::Stage::writing:
                remaining.to_read.push_back({i, run.files[i].source});
                break;
            case FileProgress::Stage::complete:
                remaining.to_seal.push_back(i);
                break;
            case FileProgress::Stage::sealed:
                remaining.to_rename.push_back(i);
                break;
            case FileProgress::Stage::renamed:
                break;
        }
    }
    return remaining;
}

/// Files without failures are taken over as the earlier run left them.
Result<void> carry_over(RecoveredRun& run, const Manifest& manifest) {
    for (std::uint32_t i = 0; i < run.files.size(); ++i) {
        const ManifestFile& file = manifest.files.at(i);
        if (file.action == "drop" || file.tally.failed.count != 0) {
            continue;
        }
        FileSealed event;
        event.file = i;
        event.bytes = file.target_bytes;
        event.sha256 = file.target_sha256;
        event.tally = file.tally;
        Result<void> noted =
            run.journal->append(JournalType::file_sealed, encode(event)).and_then([&] {
                return run.journal->append(JournalType::file_renamed, encode(FileRenamed{i}));
            });
        if (!noted) {
            return noted;
        }
        FileProgress& progress = run.files[i];
        progress.stage = FileProgress::Stage::renamed;
        progress.sealed = {event.bytes, event.sha256};
        progress.tally = event.tally;
    }
    return run.journal->sync();
}

}  // namespace

MigrationRun::MigrationRun(const Settings& settings, const MigrationOptions& options,
                           const MigrationServices& services, const OutputDirectory& directory,
                           const ExcludedIds& excluded, MigrationPlan plan)
    : settings_(settings),
      options_(options),
      services_(services),
      directory_(directory),
      excluded_(excluded),
      plan_(std::move(plan)) {}

RunBegin MigrationRun::describe() const {
    RunBegin begin;
    Random random = Random::from_system();
    begin.run_id = random.hex128();
    begin.tool_version = version_text();
    begin.started = utc_text(services_.clock.wall());
    begin.source = options_.from;
    begin.settings = settings_that_matter(settings_, options_);
    begin.files = planned_files(plan_);
    begin.opt_outs = own_opt_outs();
    return begin;
}

std::string MigrationRun::own_opt_outs() const {
    return fmt::format("{}", fmt::join(opt_outs(options_, settings_), "\n"));
}

Result<MigrationOutcome> MigrationRun::run() {
    for (const std::string& notice : plan_.notices) {
        services_.log.warning(notice);
    }
    for (const FilePlan& file : plan_.files) {
        services_.log.info("plan", {{"gallery", file.file.gallery},
                                    {"action", action_name(file.action)},
                                    {"records", std::to_string(file.survey.records)},
                                    {"why", file.why}});
    }
    Result<std::optional<RecoveredRun>> found =
        (options_.rewind_to_canary ? rewind_same_run(services_.files, directory_, describe())
                                   : Result<void>())
            .and_then([&] { return recover_run(services_.files, directory_, is_stopped_); });
    if (!found) {
        return failed(std::move(found.error()));
    }
    if (!*found) {
        if (options_.retry_failed) {
            return failed(
                Error(Reason::usage_error, "there is no run whose failures could be retried")
                    .at_file(directory_.path())
                    .hint("run ffdump migrate without --retry-failed first"));
        }
        return start(describe()).and_then([this](RecoveredRun started) {
            return work_through(std::move(started));
        });
    }
    if (Result<void> same = check_same_run((*found)->begin, describe(), directory_.path()); !same) {
        return failed(std::move(same.error()));
    }
    const Result<bool> is_finished = undo_withdrawal(services_.files, directory_).and_then([this] {
        return services_.files.exists(directory_.manifest(), FilePurpose::writing);
    });
    if (!is_finished) {
        return failed(is_finished.error());
    }
    if (!*is_finished) {
        if ((*found)->doubt) {
            return failed(Error(Reason::model_changed,
                                "an earlier run ended in doubt: " + printable(*(*found)->doubt))
                              .at_file(directory_.path()));
        }
        if (options_.retry_failed && !(*found)->begin.retry_failed) {
            services_.log.warning(
                "the run is not finished: it is gone on with now; for its failed "
                "records give the same command once more");
        }
        return take_up(std::move(**found)).and_then([this](RecoveredRun taken) {
            return work_through(std::move(taken));
        });
    }
    Result<Manifest> manifest = load_manifest(services_.files, directory_.manifest());
    if (!manifest) {
        return failed(std::move(manifest.error()));
    }
    if (!options_.retry_failed || manifest->failures_records == 0) {
        // Killed after it wrote the manifest, the run before left some.
        Result<void> removed =
            remove_redo(services_.files, directory_.state_folder()).and_then([this] {
                return remove_leftovers(services_.files, directory_);
            });
        if (!removed) {
            return failed(std::move(removed.error()));
        }
        return MigrationOutcome{.manifest = std::move(*manifest), .was_complete = true};
    }
    return start_retry(**found, *manifest).and_then([this](RecoveredRun started) {
        return work_through(std::move(started));
    });
}

Result<RecoveredRun> MigrationRun::start(RunBegin begin) {
    RecoveredRun run;
    run.files = untouched_files();
    Result<std::unique_ptr<Journal>> journal =
        Journal::create(services_.files, directory_.journal(), begin.run_id);
    if (!journal) {
        return failed(std::move(journal.error()));
    }
    run.journal = std::move(*journal);
    run.begin = std::move(begin);
    run.opt_outs = opt_outs_in(run.begin.opt_outs);
    return remove_redo(services_.files, directory_.state_folder())
        .and_then([&] { return services_.files.create(directory_.failures_part()); })
        .and_then([](std::unique_ptr<File> list) { return list->close(); })
        .and_then([&] { return run.journal->append(JournalType::run_begin, encode(run.begin)); })
        .and_then([&] { return run.journal->sync(); })
        .and_then([&] { return services_.files.sync_directory(directory_.state_folder()); })
        .map([&] { return std::move(run); });
}

/// Completeness is withdrawn first; only then files change.
Result<RecoveredRun> MigrationRun::start_retry(const RecoveredRun& before,
                                               const Manifest& manifest) {
    FileSystem& files = services_.files;
    if (manifest.files.size() != plan_.files.size()) {
        return failed(Error(Reason::output_damaged, "the manifest names other files than the run")
                          .at_file(directory_.manifest()));
    }
    std::vector<bool> is_read;
    for (const ManifestFile& file : manifest.files) {
        is_read.push_back(file.action != "drop" && file.tally.failed.count != 0);
    }
    // What an earlier retry left would hide that this one has not begun.
    Result<void> withdrawn =
        ensure_space(options_, services_, directory_.path(),
                     bytes_to_write_anew(plan_, manifest, is_read))
            .and_then([&] {
                return check_earlier_files(files, directory_, manifest, is_read, is_stopped_);
            })
            .and_then([&] { return remove_leftovers(files, directory_); })
            .and_then(
                [&] { return files.rename(directory_.manifest(), directory_.previous_manifest()); })
            .and_then([&] { return files.sync_directory(directory_.state_folder()); })
            .and_then([&] { return before.journal->close(); })
            .and_then(
                [&] { return files.rename(directory_.journal(), directory_.previous_journal()); })
            .and_then([&] { return files.sync_directory(directory_.state_folder()); });
    if (!withdrawn) {
        return failed(std::move(withdrawn.error()));
    }
    RunBegin begin = describe();
    begin.sequence = before.begin.sequence + 1;
    begin.parent_run = before.begin.run_id;
    begin.retry_failed = true;
    // What an earlier process did without a check is kept.
    begin.opt_outs += fmt::format("\n{}", fmt::join(manifest.opt_outs, "\n"));
    return start(std::move(begin)).and_then([&](RecoveredRun run) {
        return carry_over(run, manifest).map([&run] { return std::move(run); });
    });
}

Result<RecoveredRun> MigrationRun::take_up(RecoveredRun run) {
    if (Result<void> same = check_what_is_kept(services_.files, directory_, run,
                                               settings_.canaries.images != 0, is_stopped_);
        !same) {
        return failed(std::move(same.error()));
    }
    ++run.resumes;
    std::vector<FileProgress> fresh = untouched_files();
    for (std::size_t i = 0; i < run.files.size(); ++i) {
        if (run.files[i].stage == FileProgress::Stage::untouched) {
            run.files[i] = std::move(fresh[i]);
        }
    }
    return recover_failures(services_.files, directory_, run, is_stopped_)
        .and_then([&] { return run.journal->append(JournalType::interrupted, own_opt_outs()); })
        .and_then([&] { return run.journal->sync(); })
        .map([&] { return std::move(run); });
}

std::vector<FileProgress> MigrationRun::untouched_files() const {
    std::vector<FileProgress> files(plan_.files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        files[i].splicer.slash = plan_.files[i].survey.slash.value_or(SlashStyle::plain);
    }
    return files;
}

Result<MigrationOutcome> MigrationRun::work_through(RecoveredRun run) {
    const Clock::Instant begin = services_.clock.now();
    OutputStage output(
        services_.files, directory_, plan_, *run.journal,
        {.commit_interval = options_.commit_interval, .commit_bytes = options_.commit_bytes});
    Remaining remaining = remaining_of(run);
    if (Result<void> resumed = output.resume(run.files, run.failures); !resumed) {
        return failed(std::move(resumed.error()));
    }
    if (Result<void> fits = ensure_space(options_, services_, directory_.path(),
                                         bytes_to_write(plan_, output.progress()));
        !fits) {
        return failed(std::move(fits.error()));
    }
    if (run.has_unvouched) {
        output.note_unvouched();
    }
    if (run.resumes != 0) {
        services_.log.info("going on with an unfinished run",
                           {{"done", std::to_string(output.records_done())}});
    }
    RedoneResults redone(services_.files, directory_.state_folder(), run.begin.run_id);
    Result<std::vector<RedoLog::Segment>> segments = redone.load(run.first_uncommitted());
    if (!segments) {
        return failed(std::move(segments.error()));
    }
    RedoLog redo(services_.files, directory_.state_folder(), run.begin.run_id, std::move(*segments),
                 settings_.canaries.images == 0 ? RedoLog::Keep::until_committed
                                                : RedoLog::Keep::until_vouched);
    MigrationOutcome outcome;
    TimeKeeper times({services_.files, services_.clock, services_.log, services_.observer},
                     directory_.time_line(), run.begin.run_id);
    const MigrationServices watched{services_.files,
                                    services_.images,
                                    services_.extractor,
                                    services_.cancel,
                                    services_.clock,
                                    services_.log,
                                    times,
                                    services_.stop_signal,
                                    services_.random_seed};
    {
        Pipeline pipeline(settings_, options_, watched,
                          {plan_, directory_, excluded_, run.begin.run_id, redo, redone}, output);
        if (run.begin.retry_failed) {
            std::set<std::uint32_t> all;
            for (std::uint32_t i = 0; i < plan_.files.size(); ++i) {
                all.insert(i);
            }
            pipeline.keep_results_of(all);
        }
        Result<void> ran =
            pipeline.finish_later(remaining.to_seal)
                .and_then([&] {
                    return pipeline.take_up(remaining.to_rename,
                                            {run.canaries, run.vouched_canaries});
                })
                .and_then([&] { return pipeline.run(std::move(remaining.to_read)); });
        // After a fault of the machine nothing more is written.
        if (ran || ran.error().fault() != FaultClass::machine) {
            times.save();
        }
        if (!ran) {
            return pipeline.untrue_file() ? begin_anew(run, *pipeline.untrue_file(), ran.error())
                                          : failed(std::move(ran.error()));
        }
        outcome.extraction_requests = pipeline.counters().requests;
        outcome.extracted = pipeline.counters().extracted;
    }
    return conclude(run, output, redo).map([&](Manifest manifest) {
        outcome.manifest = std::move(manifest);
        outcome.took = services_.clock.now() - begin;
        return std::move(outcome);
    });
}

Result<MigrationOutcome> MigrationRun::begin_anew(const RecoveredRun& run, std::uint32_t file,
                                                  const Error& cause) {
    return run.journal->close()
        .and_then([&] { return rewind_run(services_.files, directory_, file); })
        .and_then([&]() -> Result<MigrationOutcome> { return failed(cause); });
}

Result<Manifest> MigrationRun::conclude(const RecoveredRun& run, OutputStage& output,
                                        RedoLog& redo) {
    return output.finish_failures()
        .and_then([&] { return publish_run(run, output); })
        .and_then([&](Manifest manifest) {
            return redo.discard().map([&] {
                warn_of_unmet_exclusions(manifest);
                return std::move(manifest);
            });
        });
}

void MigrationRun::warn_of_unmet_exclusions(const Manifest& manifest) const {
    std::uint64_t met = 0;
    for (const ManifestFile& file : manifest.files) {
        met += file.tally.excluded.count;
    }
    // An id of every gallery may be met more than once, so this is the least that is missing.
    if (met < excluded_.size()) {
        services_.log.warning(fmt::format(
            "{}: at least {} of {} records to be left out are not in what was migrated",
            printable(options_.excluded_ids_name), excluded_.size() - met, excluded_.size()));
    }
}

Result<Manifest> MigrationRun::publish_run(const RecoveredRun& run, const OutputStage& output) {
    Manifest manifest = build_manifest(run.begin, plan_, output.progress());
    manifest.ended = utc_text(services_.clock.wall());
    manifest.resumes = run.resumes;
    std::set<std::string> all = run.opt_outs;
    all.merge(opt_outs(options_, settings_));
    manifest.opt_outs.assign(all.begin(), all.end());
    manifest.extraction = services_.extractor.describe();
    return publish(services_.files, directory_, output.failures(), manifest, is_stopped_)
        .and_then([&] { return run.journal->append(JournalType::run_end, ""); })
        .and_then([&] { return run.journal->sync(); })
        .and_then([&] { return run.journal->close(); })
        .and_then([&] { return remove_leftovers(services_.files, directory_); })
        .map([&] { return std::move(manifest); });
}

}  // namespace ffdump

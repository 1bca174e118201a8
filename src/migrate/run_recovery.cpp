// SPDX-License-Identifier: Apache-2.0
#include "run_recovery.hpp"

#include "journal_marks.hpp"
#include "recovered_files.hpp"
#include "run_identity.hpp"

#include "ffdump/journal/redo_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

namespace ffdump {
namespace {

/// Replays the journal's records one by one onto the state of a run.
class Replay {
 public:
    explicit Replay(RecoveredRun& run) : run_(run) {}

    /// Of a void record only what was true before the doubtful results holds: a file that was
    /// complete by then may have been sealed and put in place since.
    Result<void> take(const JournalRecord& record, bool is_void) {
        if (is_void && record.type == JournalType::commit) {
            return {};
        }
        is_void_ = is_void;
        switch (record.type) {
            case JournalType::run_begin:
                return decode_run_begin(record.payload).map([this](RunBegin begin) {
                    run_.begin = std::move(begin);
                    run_.opt_outs.merge(opt_outs_in(run_.begin.opt_outs));
                    run_.files.resize(run_.begin.files.size());
                });
            case JournalType::commit:
                return decode_commit(record.payload).and_then([this](CommitEvent event) {
                    return commit(std::move(event));
                });
            case JournalType::file_sealed:
                return decode_file_sealed(record.payload).and_then([this](FileSealed event) {
                    return sealed(std::move(event));
                });
            case JournalType::file_renamed:
                return decode_file_renamed(record.payload).and_then([this](FileRenamed event) {
                    return file(event.file).map([this](FileProgress* progress) {
                        if (!is_void_ || progress->stage == FileProgress::Stage::sealed) {
                            progress->stage = FileProgress::Stage::renamed;
                        }
                    });
                });
            case JournalType::interrupted:
                ++run_.resumes;
                run_.opt_outs.merge(opt_outs_in(record.payload));
                restart_open_file_of_retry();
                return {};
            case JournalType::in_doubt:
                run_.doubt = record.payload;
                return {};
            case JournalType::rewound:
                run_.doubt.reset();
                // Taken from a service that was wrong, the others would never pass.
                run_.canaries = run_.vouched_canaries;
                return {};
            case JournalType::check_begun:
                asked_canaries_ = canaries_in(record.payload);
                run_.canaries = std::max(run_.canaries, asked_canaries_);
                return {};
            case JournalType::check_passed:
                run_.vouched_canaries = asked_canaries_;
                return {};
            case JournalType::canaries_kept:
                run_.canaries = canaries_in(record.payload);
                return {};
            case JournalType::run_end:
                return {};
        }
        return failed(Reason::journal_damaged, "the journal holds a record of an unknown type");
    }

    /// A retry cannot go on in the middle of a file: it reads the earlier file from its beginning.
    void restart_open_file_of_retry() {
        for (FileProgress& progress : run_.files) {
            if (run_.begin.retry_failed && progress.stage == FileProgress::Stage::writing) {
                progress = FileProgress{};
                run_.failures.resize(failures_before_file_);
            }
        }
    }

 private:
    /// What is no number was written by nobody, as each record has a hash.
    [[nodiscard]] static std::uint64_t canaries_in(std::string_view payload) {
        std::uint64_t count = 0;
        std::from_chars(payload.data(), payload.data() + payload.size(), count);
        return count;
    }

    Result<FileProgress*> file(std::uint32_t index) {
        if (index >= run_.files.size()) {
            return failed(
                Reason::journal_damaged,
                fmt::format("the journal speaks of file {} of {}", index, run_.files.size()));
        }
        return &run_.files[index];
    }

    Result<void> commit(CommitEvent event) {
        Result<FileProgress*> found = file(event.file);
        if (!found) {
            return failed(std::move(found.error()));
        }
        FileProgress& progress = **found;
        const std::uint64_t committed = progress.regions.empty() ? 0 : progress.regions.back().end;
        const std::uint64_t listed = end_of(run_.failures);
        if (event.region_begin != committed || event.target_offset < event.region_begin ||
            event.source_offset < progress.source.offset || event.failures_offset < listed) {
            return failed(Reason::journal_damaged,
                          "the journal's commits do not follow each other");
        }
        if (progress.stage == FileProgress::Stage::untouched) {
            failures_before_file_ = run_.failures.size();
        }
        progress.source = {.offset = event.source_offset,
                           .line = event.source_line,
                           .ordinal = event.source_ordinal};
        progress.target_bytes = event.target_offset;
        progress.splicer.emitted = event.emitted;
        progress.splicer.first_lead = std::move(event.first_lead);
        progress.splicer.has_first_lead = event.has_first_lead;
        progress.splicer.head = std::move(event.head);
        progress.splicer.slash = event.slash_escaped ? SlashStyle::escaped : SlashStyle::plain;
        progress.regions.push_back(
            {event.region_begin, event.target_offset, std::move(event.region_hash)});
        progress.tally = std::move(event.tally);
        if (event.failures_offset != listed) {
            run_.failures.push_back(
                {listed, event.failures_offset, std::move(event.failures_hash)});
        }
        const bool whole = event.source_offset == run_.begin.files[event.file].source_bytes;
        progress.stage = whole ? FileProgress::Stage::complete : FileProgress::Stage::writing;
        return {};
    }

    Result<void> sealed(FileSealed event) {
        return file(event.file).map([this, &event](FileProgress* progress) {
            if (is_void_ && progress->stage != FileProgress::Stage::complete) {
                return;
            }
            progress->stage = FileProgress::Stage::sealed;
            progress->sealed = {event.bytes, std::move(event.sha256)};
            progress->target_bytes = event.bytes;
            progress->tally = std::move(event.tally);
        });
    }

    RecoveredRun& run_;
    std::size_t failures_before_file_ = 0;  ///< regions
    bool is_void_ = false;
    std::uint64_t asked_canaries_ = 0;  ///< by the check begun last
};

/// An interrupted start of a retry leaves the old journal beside an empty new one, or alone.
Result<void> put_old_journal_back(FileSystem& files, const OutputDirectory& directory) {
    return files.rename(directory.previous_journal(), directory.journal()).and_then([&] {
        return files.sync_directory(directory.state_folder());
    });
}

}  // namespace

bool RecoveredRun::all_in_place() const noexcept {
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (begin.files[i].action != "drop" && files[i].stage != FileProgress::Stage::renamed) {
            return false;
        }
    }
    return true;
}

std::vector<std::uint64_t> RecoveredRun::first_uncommitted() const {
    std::vector<std::uint64_t> ordinals;
    for (const FileProgress& file : files) {
        ordinals.push_back(file.source.ordinal);
    }
    return ordinals;
}

Result<std::optional<RecoveredRun>> recover_run(FileSystem& files, const OutputDirectory& directory,
                                                const IsStopped& is_stopped) {
    const Result<bool> is_there = files.exists(directory.journal(), FilePurpose::writing);
    const Result<bool> has_old = files.exists(directory.previous_journal(), FilePurpose::writing);
    if (!is_there || !has_old) {
        return failed(is_there ? has_old.error() : is_there.error());
    }
    if (!*is_there) {
        if (!*has_old) {
            return std::nullopt;
        }
        if (Result<void> back = put_old_journal_back(files, directory); !back) {
            return failed(std::move(back.error()));
        }
    }
    Result<Journal::Recovered> recovered = Journal::recover(files, directory.journal());
    if (!recovered) {
        return failed(std::move(recovered.error()));
    }
    if (recovered->records.empty()) {
        recovered->journal.reset();
        if (*is_there && *has_old) {
            return put_old_journal_back(files, directory).and_then([&] {
                return recover_run(files, directory, is_stopped);
            });
        }
        return files.remove(directory.journal()).map([] { return std::optional<RecoveredRun>(); });
    }
    RecoveredRun run;
    run.journal = std::move(recovered->journal);
    const Result<std::vector<bool>> is_void = void_records(recovered->records);
    if (!is_void) {
        return failed(Error(is_void.error()).at_file(directory.journal()));
    }
    Replay replay(run);
    for (std::size_t i = 0; i < recovered->records.size(); ++i) {
        if (Result<void> taken = replay.take(recovered->records[i], (*is_void)[i]); !taken) {
            return failed(std::move(taken.error()).at_file(directory.journal()));
        }
    }
    const std::size_t unvouched = first_unvouched(recovered->records, *is_void).value_or(0);
    for (std::size_t i = unvouched; i < recovered->records.size(); ++i) {
        const bool is_commit = recovered->records[i].type == JournalType::commit;
        run.has_unvouched = run.has_unvouched || (is_commit && !(*is_void)[i]);
    }
    replay.restart_open_file_of_retry();
    if (Result<void> same = match_files(files, directory, run, is_stopped); !same) {
        return failed(std::move(same.error()));
    }
    return std::optional<RecoveredRun>(std::move(run));
}

Result<std::optional<RunBegin>> begin_of_run(FileSystem& files, const OutputDirectory& directory) {
    const Result<bool> is_there = files.exists(directory.journal(), FilePurpose::writing);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        return std::nullopt;
    }
    return Journal::read(files, directory.journal())
        .and_then(
            [&](const std::vector<JournalRecord>& records) -> Result<std::optional<RunBegin>> {
                if (records.empty() || records.front().type != JournalType::run_begin) {
                    return std::nullopt;
                }
                return decode_run_begin(records.front().payload)
                    .map([](RunBegin begin) { return std::optional(std::move(begin)); })
                    .map_error(
                        [&](Error error) { return std::move(error).at_file(directory.journal()); });
            });
}

Result<void> rewind_run(FileSystem& files, const OutputDirectory& directory,
                        std::optional<std::uint32_t> file) {
    const Result<bool> is_there = files.exists(directory.journal(), FilePurpose::writing);
    if (!is_there || !*is_there) {
        return is_there.map([](bool) {});
    }
    Result<Journal::Recovered> recovered = Journal::recover(files, directory.journal());
    if (!recovered) {
        return failed(std::move(recovered.error()));
    }
    if (recovered->records.empty()) {
        return recovered->journal->close();  // killed before it had begun
    }
    Result<std::vector<bool>> is_void = void_records(recovered->records);
    if (!is_void) {
        return failed(std::move(is_void.error()).at_file(directory.journal()));
    }
    const std::vector<JournalRecord>& records = recovered->records;
    const Result<std::size_t> kept = behind_final_names(records, *is_void);
    const Result<std::size_t> begun = first_commit(records, *is_void, file);
    const Result<std::size_t> first = first_commit(records, *is_void);
    for (const auto* found : {&kept, &begun, &first}) {
        if (!*found) {
            return failed(Error(found->error()).at_file(directory.journal()));
        }
    }
    const std::size_t doubtful = first_unvouched(records, *is_void).value_or(*first);
    const RunRewound event{.first = std::max(*kept, file ? std::min(doubtful, *begun) : doubtful)};
    Journal& journal = *recovered->journal;
    return remove_redo(files, directory.state_folder())
        .and_then([&] { return files.sync_directory(directory.state_folder()); })
        .and_then([&] { return journal.append(JournalType::rewound, encode(event)); })
        .and_then([&] { return journal.sync(); })
        .and_then([&] { return journal.close(); });
}

Result<bool> holds_run(FileSystem& files, const OutputDirectory& directory) {
    const std::array<std::string, 3> names = {directory.journal(), directory.manifest(),
                                              directory.previous_journal()};
    return any_exists(files, names, FilePurpose::writing);
}

Result<void> check_directory(FileSystem& files, const OutputDirectory& directory) {
    const Result<bool> is_there = files.exists(directory.path(), FilePurpose::writing);
    if (!is_there || !*is_there) {
        return is_there.map([](bool) {});
    }
    const Result<bool> is_folder = files.is_directory(directory.path(), FilePurpose::writing);
    if (!is_folder) {
        return failed(is_folder.error());
    }
    if (!*is_folder) {
        return failed(Error(Reason::output_unwritable, "it is no directory")
                          .at_file(directory.path())
                          .hint("give a directory that is new, empty, or an earlier run's"));
    }
    Result<std::vector<DirectoryEntry>> entries =
        files.list(directory.path(), FilePurpose::writing);
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    const auto other = std::ranges::find_if(
        *entries, [](const DirectoryEntry& entry) { return entry.name != ".ffdump"; });
    const Result<bool> is_ours =
        other == entries->end() ? Result<bool>(true) : holds_run(files, directory);
    if (!is_ours || *is_ours) {
        return is_ours.map([](bool) {});
    }
    return failed(
        Error(Reason::output_occupied,
              fmt::format("the directory is not empty and not ours, it holds {}", other->name))
            .at_file(directory.path()));
}

}  // namespace ffdump

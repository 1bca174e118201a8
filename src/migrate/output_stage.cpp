// SPDX-License-Identifier: Apache-2.0
#include "output_stage.hpp"

#include "part_file.hpp"
#include "record_accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// Output is handed to the kernel in pieces of about this size.
constexpr std::size_t kFlushBytes = 1U << 20U;

}  // namespace

struct OutputStage::Current {
    Current(std::uint32_t index, std::unique_ptr<File> part, const FilePlan& plan,
            FileSplicer::State state)
        : file(index),
          part_file(std::move(part)),
          splicer(plan.file.profile, std::move(state), new_facts(plan)),
          accounts(plan.file.gallery, plan.file.profile.facen_encoding),
          packer(plan.compression.kind == Compression::Kind::none
                     ? nullptr
                     : make_byte_packer(plan.compression)) {
        if (!plan.new_model.empty()) {
            new_model = plan.new_model;
        }
    }

    std::uint32_t file;
    std::unique_ptr<File> part_file;
    FileSplicer splicer;
    RecordAccounts accounts;
    std::optional<std::string> new_model;
    std::unique_ptr<BytePacker> packer;  ///< none for a plain file
    std::string buffer;                  ///< not packed yet
    std::string packed;                  ///< not written yet
    RunningHash region;
    bool ends_head = false;  ///< the next commit ends a head that is written anew at the end
};

OutputStage::OutputStage(FileSystem& files, const OutputDirectory& directory,
                         const MigrationPlan& plan, Journal& journal, Limits limits)
    : files_(files),
      directory_(directory),
      plan_(plan),
      journal_(journal),
      limits_(limits),
      progress_(plan.files.size()),
      failures_(files, directory) {}

OutputStage::~OutputStage() = default;

Result<void> OutputStage::resume(std::vector<FileProgress> files,
                                 std::vector<WrittenRegion> failures) {
    progress_ = std::move(files);
    for (const FileProgress& file : progress_) {
        records_done_ += file.tally.source.count;
        records_failed_ += file.tally.failed.count;
    }
    return failures_.resume(std::move(failures));
}

Result<void> OutputStage::open(std::uint32_t file) {
    FileProgress& progress = progress_[file];
    const std::string path = directory_.part(plan_.files[file].target_name);
    Result<std::unique_ptr<File>> part = files_.open_append(path);
    if (!part) {
        return failed(std::move(part.error()));
    }
    if (Result<void> cut = cut_to(**part, progress.target_bytes); !cut) {
        return cut;
    }
    if (Result<void> synced = files_.sync_directory(directory_.state_folder()); !synced) {
        return synced;
    }
    progress.stage = FileProgress::Stage::writing;
    current_ =
        std::make_unique<Current>(file, std::move(*part), plan_.files[file], progress.splicer);
    return {};
}

Result<bool> OutputStage::write(BlockWork& work) {
    if (!current_ || current_->file != work.file) {
        if (Result<void> opened = open(work.file); !opened) {
            return failed(std::move(opened.error()));
        }
    }
    if (work.block.begin.offset == 0 && work.written == 0) {
        if (Result<void> begun = write_header(work); !begun) {
            return failed(std::move(begun.error()));
        }
    }
    while (work.written < work.block.size() &&
           work.fates[work.written].state != RecordFate::State::open) {
        if (Result<void> written = write_record(work, work.written); !written) {
            return failed(std::move(written.error()));
        }
        ++work.written;
    }
    note_position(work);
    const bool whole = work.written == work.block.size();
    if (whole && work.block.last) {
        current_->splicer.trailer(current_->buffer, work.block);
        if (Result<void> completed = complete(); !completed) {
            return failed(std::move(completed.error()));
        }
    }
    return whole;
}

/// A head that counts the records is a region of its own: it is written anew when they are counted.
Result<void> OutputStage::write_header(const BlockWork& work) {
    current_->splicer.header(current_->buffer, work.block);
    const FilePlan& plan = plan_.files[work.file];
    if (current_->splicer.state().head.empty()) {
        return {};
    }
    Result<std::string> frame = stored_frame(plan.compression.kind, current_->buffer);
    if (!frame) {
        return failed(std::move(frame.error()).at_file(plan.file.path).at_offset(0));
    }
    (current_->packer ? current_->packed : current_->buffer) = std::move(*frame);
    if (current_->packer) {
        current_->buffer.clear();
    }
    current_->ends_head = true;
    note_position(work);
    return commit(last_commit_.value_or(Clock::Instant{}));
}

void OutputStage::note_position(const BlockWork& work) {
    ReadPosition& source = progress_[work.file].source;
    if (work.written == work.block.size()) {
        source = work.block.end;
        return;
    }
    const std::size_t bytes =
        work.written == 0 ? work.block.header.end() : work.block.spans[work.written - 1].tail.end();
    const std::string_view passed(work.block.bytes.get(), bytes);
    source = {.offset = work.block.begin.offset + bytes,
              .line = work.block.begin.line +
                      static_cast<std::uint64_t>(std::ranges::count(passed, '\n')),
              .ordinal = work.block.begin.ordinal + work.written};
}

Result<void> OutputStage::write_record(BlockWork& work, std::size_t i) {
    FileProgress& progress = progress_[work.file];
    switch (work.fates[i].state) {
        case RecordFate::State::changed:
            current_->splicer.changed(current_->buffer, work.block, i, work.fates[i].facen,
                                      current_->new_model);
            break;
        case RecordFate::State::kept:
            current_->splicer.kept(current_->buffer, work.block, i);
            break;
        case RecordFate::State::failed:
            current_->splicer.left_out(work.block, i);
            failures_.add(failure_line(plan_.files[work.file], work, i));
            --work.failed_unwritten;
            ++records_failed_;
            break;
        case RecordFate::State::excluded:
        case RecordFate::State::open:
            current_->splicer.left_out(work.block, i);
            break;
    }
    if (!since_begun_ || !since_passed_) {
        const FirstWritten first{work.file, work.block.begin.ordinal + i, work.block.spans[i].id};
        since_begun_ = since_begun_.value_or(first);
        since_passed_ = since_passed_.value_or(first);
    }
    current_->accounts.book(progress.tally, work, i);
    ++records_done_;
    if (current_->buffer.size() >= kFlushBytes || failures_.pending() >= kFlushBytes) {
        return flush();
    }
    return {};
}

Result<void> OutputStage::flush() {
    if (Result<void> written = failures_.flush(); !written) {
        return written;
    }
    return current_ ? flush_part() : Result<void>();
}

Result<void> OutputStage::flush_part() {
    std::string& bytes = current_->packer ? current_->packed : current_->buffer;
    if (current_->packer) {
        if (Result<void> packed = current_->packer->add(bytes, current_->buffer); !packed) {
            return packed;
        }
        current_->buffer.clear();
    }
    if (bytes.empty()) {
        return {};
    }
    if (Result<void> written = current_->part_file->write(bytes); !written) {
        return written;
    }
    current_->region.add(bytes);
    progress_[current_->file].target_bytes += bytes.size();
    bytes.clear();
    return {};
}

/// What is committed can be unpacked, and what the next process appends is a frame of its own.
Result<void> OutputStage::end_frame() {
    if (!current_->packer) {
        return {};
    }
    return current_->packer->add(current_->packed, current_->buffer).and_then([this] {
        current_->buffer.clear();
        return current_->packer->end_frame(current_->packed);
    });
}

bool OutputStage::commit_is_due(Clock::Instant now) const {
    if (!current_) {
        return false;
    }
    const FileProgress& progress = progress_[current_->file];
    const std::uint64_t committed = end_of(progress.regions);
    return !last_commit_ || now - *last_commit_ >= limits_.commit_interval ||
           progress.target_bytes - committed >= limits_.commit_bytes;
}

Result<void> OutputStage::commit(Clock::Instant now) {
    last_commit_ = now;
    if (!current_) {
        return {};
    }
    if (Result<void> flushed = end_frame().and_then([this] { return flush(); }); !flushed) {
        return flushed;
    }
    FileProgress& progress = progress_[current_->file];
    progress.splicer = current_->splicer.state();
    const std::uint64_t begin = end_of(progress.regions);
    const bool is_head = std::exchange(current_->ends_head, false);
    progress.regions.push_back(
        {begin, progress.target_bytes, is_head ? std::string() : current_->region.value().hex()});
    current_->region.reset();
    CommitEvent event;
    event.file = current_->file;
    event.source_offset = progress.source.offset;
    event.source_line = progress.source.line;
    event.source_ordinal = progress.source.ordinal;
    event.target_offset = progress.target_bytes;
    event.region_begin = begin;
    event.region_hash = progress.regions.back().hash;
    event.failures_offset = failures_.bytes();
    event.failures_hash = failures_.end_region();
    event.emitted = progress.splicer.emitted;
    event.first_lead = progress.splicer.first_lead;
    event.has_first_lead = progress.splicer.has_first_lead;
    event.slash_escaped = progress.splicer.slash == SlashStyle::escaped;
    event.head = progress.splicer.head;
    event.tally = progress.tally;
    return current_->part_file->sync()
        .and_then([this] { return failures_.sync(); })
        .and_then([this, &event] { return journal_.append(JournalType::commit, encode(event)); })
        .and_then([this] { return journal_.sync(); });
}

Result<void> OutputStage::complete() {
    if (Result<std::string> head =
            counted_head(plan_.files[current_->file].file.profile, current_->splicer.state());
        !head) {
        return failed(std::move(head.error()).at_file(current_->part_file->path()));
    }
    if (current_->packer && current_->buffer.empty() &&
        progress_[current_->file].target_bytes == 0) {
        if (Result<void> packed = current_->packer->empty_frame(current_->packed); !packed) {
            return packed;
        }
    }
    if (Result<void> committed = commit(last_commit_.value_or(Clock::Instant{})); !committed) {
        return committed;
    }
    if (Result<void> closed = current_->part_file->close(); !closed) {
        return closed;
    }
    progress_[current_->file].stage = FileProgress::Stage::complete;
    completed_.push_back(current_->file);
    current_.reset();
    return {};
}

std::vector<std::uint32_t> OutputStage::take_completed() {
    return std::exchange(completed_, {});
}

std::string OutputStage::path_to_seal(std::uint32_t file) const {
    return directory_.part(plan_.files[file].target_name);
}

Result<std::optional<std::string>> OutputStage::head_to_seal(std::uint32_t file) const {
    return final_head(plan_.files[file], progress_[file].splicer).map_error([&](Error error) {
        return std::move(error).at_file(path_to_seal(file));
    });
}

Result<void> OutputStage::record_sealed(std::uint32_t file, const SealedFile& sealed) {
    FileProgress& progress = progress_[file];
    progress.sealed = sealed;
    progress.stage = FileProgress::Stage::sealed;
    FileSealed event;
    event.file = file;
    event.bytes = sealed.bytes;
    event.sha256 = sealed.sha256;
    event.tally = progress.tally;
    return journal_.append(JournalType::file_sealed, encode(event)).and_then([this] {
        return journal_.sync();
    });
}

Result<void> OutputStage::rename_into_place(std::uint32_t file, bool replace) {
    const std::string& name = plan_.files[file].target_name;
    const std::string from = directory_.part(name);
    const std::string to = directory_.file(name);
    return (replace ? files_.rename(from, to) : files_.rename_new(from, to))
        .and_then([this] { return files_.sync_directory(directory_.path()); })
        .and_then([this] { return files_.sync_directory(directory_.state_folder()); })
        .and_then([this, file] {
            return journal_.append(JournalType::file_renamed, encode(FileRenamed{file}));
        })
        .and_then([this] { return journal_.sync(); })
        .map([this, file] { progress_[file].stage = FileProgress::Stage::renamed; });
}

Result<void> OutputStage::canaries_kept(std::size_t canaries) {
    return journal_.append(JournalType::canaries_kept, std::to_string(canaries)).and_then([this] {
        return journal_.sync();
    });
}

Result<void> OutputStage::check_begun(Clock::Instant now, std::size_t canaries) {
    return commit(now)
        .and_then([this, canaries] {
            return journal_.append(JournalType::check_begun, std::to_string(canaries));
        })
        .map([this] { since_begun_.reset(); });
}

Result<void> OutputStage::check_passed() {
    return journal_.append(JournalType::check_passed, "")
        .and_then([this] { return journal_.sync(); })
        .map([this] {
            since_passed_ = since_begun_;
            earlier_is_unvouched_ = false;
        });
}

Result<void> OutputStage::check_failed(const std::string& why) {
    return journal_.append(JournalType::in_doubt, why).and_then([this] { return journal_.sync(); });
}

std::optional<std::string> OutputStage::first_in_doubt() const {
    if (earlier_is_unvouched_) {
        return "in doubt is what came after the last check that passed before this run was taken "
               "up";
    }
    if (!since_passed_) {
        return std::nullopt;
    }
    return fmt::format("in doubt from record {} on (number {} of {})", since_passed_->id.value,
                       since_passed_->ordinal + 1, plan_.files[since_passed_->file].file.name);
}

Result<void> OutputStage::finish_failures() {
    if (Result<void> flushed = flush(); !flushed) {
        return flushed;
    }
    failures_.end_region();
    return failures_.sync().and_then([this] { return failures_.close(); });
}

}  // namespace ffdump

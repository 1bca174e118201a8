// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/journal.hpp"

#include "journal_layout.hpp"
#include "journal_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

bool is_run_id(std::string_view text) {
    return text.size() == kRunIdBytes &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A journal without its head must not exist under the name: it could not be told from damage.
Result<void> write_header(FileSystem& files, const std::string& path, const std::string& run_id) {
    const std::string temporary = temporary_of(path);
    Result<std::unique_ptr<File>> file = files.create(temporary);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return (*file)
        ->write(journal_header(run_id))
        .and_then([&] { return (*file)->sync(); })
        .and_then([&] { return (*file)->close(); })
        .and_then([&] { return files.rename_new(temporary, path); })
        .and_then([&] { return files.sync_directory(folder_of(path)); });
}

Result<ScannedJournal> scan_on_disk(const std::unique_ptr<File>& file) {
    // After a sync that failed, the cache may hold records that the disk does not.
    file->drop_cache();
    return scan_journal(*file);
}

}  // namespace

struct Journal::State {
    State(std::unique_ptr<File> opened, std::string run)
        : file(std::move(opened)),
          run_id(std::move(run)),
          hash(run_id),
          chain(hash.chain_start()) {}

    /// What failed once is not tried again: after a failed sync the kernel may report a success
    /// that is none, and after a failed append the end of the file is not known.
    Result<void> once(Result<void> result) {
        if (!result) {
            failure = result.error();
        }
        return result;
    }

    std::unique_ptr<File> file;
    std::string run_id;
    JournalHash hash;
    std::uint64_t length = kJournalHeaderBytes;
    std::uint64_t synced = kJournalHeaderBytes;
    std::uint64_t sequence = 0;
    std::uint64_t chain;
    std::optional<Error> failure;
};

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::create(FileSystem& files, const std::string& path,
                                                 const std::string& run_id) {
    if (!is_run_id(run_id)) {
        return failed(Reason::internal_error, "a run id is not 32 hex digits");
    }
    if (Result<void> written = write_header(files, path, run_id); !written) {
        return failed(std::move(written.error()).while_doing("beginning the journal"));
    }
    Result<std::unique_ptr<File>> file = files.open_append(path);
    if (!file) {
        return failed(std::move(file.error()).while_doing("beginning the journal"));
    }
    return std::unique_ptr<Journal>(new Journal(std::make_unique<State>(std::move(*file), run_id)));
}

Result<std::vector<JournalRecord>> Journal::read(FileSystem& files, const std::string& path) {
    return files.open_read_back(path)
        .and_then(&scan_on_disk)
        .map([](ScannedJournal found) { return std::move(found.records); })
        .map_error([](Error error) { return std::move(error).while_doing("reading the journal"); });
}

Result<Journal::Recovered> Journal::recover(FileSystem& files, const std::string& path) {
    const Result<bool> is_there = files.exists(path, FilePurpose::writing);
    if (!is_there) {
        return failed(Error(is_there.error()).while_doing("reading the journal"));
    }
    if (!*is_there) {
        return failed(Error(Reason::journal_damaged, "there is no journal").at_file(path));
    }
    Result<std::unique_ptr<File>> file = files.open_append(path);
    if (!file) {
        return failed(std::move(file.error()).while_doing("reading the journal"));
    }
    Result<ScannedJournal> found = scan_on_disk(*file);
    if (!found) {
        return failed(std::move(found.error()).while_doing("reading the journal"));
    }
    const bool is_torn = found->end != found->file_bytes;
    // Records of a run that was killed may never have been synced; from here on they count as
    // durable, and so must the cut.
    Result<void> settled = (is_torn ? (*file)->truncate(found->end) : Result<void>()).and_then([&] {
        return (*file)->sync();
    });
    if (!settled) {
        return failed(std::move(settled.error()).while_doing("recovering the journal"));
    }
    auto state = std::make_unique<State>(std::move(*file), std::move(found->run_id));
    state->length = found->end;
    state->synced = found->end;
    state->sequence = found->next_sequence;
    state->chain = found->chain;
    Recovered recovered;
    recovered.journal = std::unique_ptr<Journal>(new Journal(std::move(state)));
    recovered.records = std::move(found->records);
    recovered.torn_bytes = found->file_bytes - found->end;
    return recovered;
}

Result<void> Journal::append(JournalType type, std::string_view payload) {
    State& state = *state_;
    if (state.failure) {
        return failed(*state.failure);
    }
    if (payload.size() > kMostPayloadBytes) {
        return failed(Reason::internal_error,
                      fmt::format("a journal record of {} bytes is over the limit of {}",
                                  payload.size(), kMostPayloadBytes));
    }
    RecordHead head;
    head.type = static_cast<std::uint16_t>(type);
    head.sequence = state.sequence;
    head.length = static_cast<std::uint32_t>(payload.size());
    head.synced_upto = state.synced;
    head.chain = state.chain;
    const std::string record = compose_record(head, payload, state.hash);
    return state.once(state.file->write(record)).map([&] {
        state.length += record.size();
        state.chain = stored_hash(record);
        ++state.sequence;
    });
}

Result<void> Journal::sync() {
    State& state = *state_;
    if (state.failure) {
        return failed(*state.failure);
    }
    return state.once(state.file->sync()).map([&] { state.synced = state.length; });
}

Result<void> Journal::close() {
    State& state = *state_;
    if (state.failure) {
        return failed(*state.failure);
    }
    return state.once(state.file->close()).map([&] {
        state.failure = Error(Reason::internal_error, "the journal is closed already");
    });
}

const std::string& Journal::run_id() const noexcept {
    return state_->run_id;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "prior_results.hpp"

#include "ffdump/io/compression.hpp"
#include "ffdump/journal/failures.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

/// A failures line holds a whole record, escaped: up to six bytes for one.
constexpr std::size_t kEscapeFactor = 6;

}  // namespace

struct PriorResults::State {
    State(std::unique_ptr<File> target, std::unique_ptr<ByteSource> target_bytes,
          std::unique_ptr<File> failures, std::string file_name, Profile file_profile,
          const ReadLimits& limits)
        : target_file(std::move(target)),
          failures_file(std::move(failures)),
          name(std::move(file_name)),
          profile(std::move(file_profile)),
          target_source(std::move(target_bytes)),
          failures_source(make_file_source(*failures_file)),
          reader(*target_source, profile, target_file->path(), limits),
          failed_records(*failures_source, failures_file->path(),
                         limits.record_bytes * kEscapeFactor) {}

    std::unique_ptr<File> target_file;
    std::unique_ptr<File> failures_file;
    std::string name;
    Profile profile;
    std::unique_ptr<ByteSource> target_source;
    std::unique_ptr<ByteSource> failures_source;
    RecordReader reader;
    FailureReader failed_records;
    RecordBlock block;
    std::size_t next_in_block = 0;
    std::optional<std::uint64_t> failed_ordinal;
    bool failures_ended = false;
};

Result<std::unique_ptr<PriorResults>> PriorResults::open(
    FileSystem& files, const std::string& target, const std::string& failures,
    const std::string& name, const Profile& profile, const ReadLimits& limits) {
    Result<std::unique_ptr<File>> target_file = files.open_read_back(target);
    if (!target_file) {
        return failed(std::move(target_file.error()));
    }
    Result<std::unique_ptr<File>> failures_file = files.open_read_back(failures);
    if (!failures_file) {
        return failed(std::move(failures_file.error()));
    }
    Result<std::unique_ptr<ByteSource>> target_bytes = make_unpacked_file_source(**target_file);
    if (!target_bytes) {
        return failed(std::move(target_bytes.error()));
    }
    return std::unique_ptr<PriorResults>(new PriorResults(
        std::make_unique<State>(std::move(*target_file), std::move(*target_bytes),
                                std::move(*failures_file), name, profile, limits)));
}

PriorResults::PriorResults(std::unique_ptr<State> state) : state_(std::move(state)) {}
PriorResults::~PriorResults() = default;

Result<bool> PriorResults::is_failed(std::uint64_t ordinal) {
    while (!state_->failures_ended &&
           (!state_->failed_ordinal || *state_->failed_ordinal < ordinal)) {
        Result<std::optional<FailureEntry>> entry = state_->failed_records.next();
        if (!entry) {
            return failed(std::move(entry.error()));
        }
        if (!*entry) {
            state_->failures_ended = true;
        } else if ((*entry)->file == state_->name) {
            state_->failed_ordinal = (*entry)->ordinal;
        }
    }
    return state_->failed_ordinal == ordinal;
}

Result<Facen> PriorResults::next(RecordId id) {
    State& state = *state_;
    while (state.next_in_block == state.block.size()) {
        Result<bool> more = state.reader.next(state.block);
        if (!more) {
            return failed(std::move(more.error()));
        }
        if (!*more) {
            return failed(Error(Reason::output_damaged, "the earlier file ends too early")
                              .at_file(state.target_file->path())
                              .at_record(id.value));
        }
        state.next_in_block = 0;
    }
    const std::size_t i = state.next_in_block++;
    if (state.block.is_bad(i) || state.block.spans[i].id != id) {
        return failed(
            Error(Reason::output_damaged,
                  fmt::format("the earlier file has another record here than {}", id.value))
                .at_file(state.target_file->path())
                .at_offset(state.block.spans[i].offset));
    }
    return decode_facen(state.block.view(state.block.spans[i].facen), state.profile.facen_encoding)
        .map_error([&](const Error& error) {
            return Error(Reason::output_damaged, error.detail())
                .at_file(state.target_file->path())
                .at_record(id.value);
        });
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recovered_files.hpp"
#include "support/hash_of.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

constexpr const char* kRun = "0123456789abcdef0123456789abcdef";
inline const std::string written = "first|second";  // the part, by two commits
constexpr std::uint64_t kFirst = 6;
constexpr std::uint64_t kSourceBytes = 100;

/// What a process left of a run with one file.
class LeftRun {
 public:
    explicit LeftRun(bool retry_failed = false) {
        RunBegin begin;
        begin.run_id = kRun;
        begin.retry_failed = retry_failed;
        PlannedFile& file = begin.files.emplace_back();
        file.name = file.target = "faces.json";
        file.action = "migrate";
        file.source_bytes = kSourceBytes;
        std::filesystem::create_directories(directory.state_folder());
        journal_ = Journal::create(*files, directory.journal(), kRun).value();
        note(JournalType::run_begin, encode(begin));
        folder.write("new/.ffdump/faces.json.part", written);
    }
    void note(JournalType type, const std::string& payload = {}) const {
        REQUIRE(journal_->append(type, payload));
        REQUIRE(journal_->sync());
    }
    /// Up to this place of the part, which comes of as much of the source, times ten.
    /// `is_head`: written anew before it is sealed, so that no hash is kept.
    void commit(std::uint64_t begin, std::uint64_t end, bool is_head = false) {
        CommitEvent event;
        event.source_offset = end == written.size() ? kSourceBytes : end * 10;
        event.target_offset = end;
        event.region_begin = begin;
        event.region_hash =
            is_head ? "" : hash_of(std::string_view(written).substr(begin, end - begin));
        event.failures_offset = listed_.size();
        event.failures_hash = hash_of(std::string_view(listed_).substr(committed_));
        committed_ = listed_.size();
        note(JournalType::commit, encode(event));
    }
    /// Entries of the list that the next commit speaks of.
    void list(const std::string& entries) {
        listed_ += entries;
        folder.write("new/.ffdump/failures.jsonl.part", listed_);
    }
    void commit_all(bool has_head = false) {
        commit(0, kFirst, has_head);
        commit(kFirst, written.size());
    }
    /// In between a check passes, which vouches for the first commit.
    void commit_all_with_check() {
        commit(0, kFirst);
        note(JournalType::check_begun);
        note(JournalType::check_passed);
        commit(kFirst, written.size());
    }
    void seal(bool has_head = false) {
        commit_all(has_head);
        FileSealed event;
        event.bytes = written.size();
        event.sha256 = sha256_hex(written);
        note(JournalType::file_sealed, encode(event));
    }
    Result<RecoveredRun> recover() {
        journal_.reset();
        Result<std::optional<RecoveredRun>> run = recover_run(*files, directory, is_stopped);
        if (!run) {
            return failed(std::move(run.error()));
        }
        REQUIRE(run->has_value());
        return std::move(**run);
    }
    Result<void> rewind(std::optional<std::uint32_t> file = std::nullopt) {
        journal_.reset();
        return rewind_run(*files, directory, file);
    }
    /// As a process that takes the run up.
    void go_on() { journal_ = std::move(recover().value().journal); }
    [[nodiscard]] bool has_part() const {
        return std::filesystem::exists(directory.part("faces.json"));
    }

    ScratchFolder folder;
    OutputDirectory directory{folder.at("new")};
    std::unique_ptr<FileSystem> files = make_posix_file_system();
    IsStopped is_stopped = [] { return false; };

 private:
    std::unique_ptr<Journal> journal_;
    std::string listed_;
    std::size_t committed_ = 0;  ///< of listed_
};

using Stage = FileProgress::Stage;

}  // namespace ffdump

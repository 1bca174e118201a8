// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "background_digest.hpp"
#include "dump_cursor.hpp"
#include "failure_cursor.hpp"
#include "findings.hpp"
#include "record_pairs.hpp"
#include "unmatched_records.hpp"

#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/dump/id_census.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/record/running_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace ffdump {

/// One file of the dump on both sides, and what the run promised. All borrowed.
struct ComparedFile {
    const ManifestFile& file;
    const Profile& profile;
    std::string source_path;
    std::string target_path;
};

/// What all files of one verification share. All borrowed.
struct ComparisonContext {
    FileSystem& files;
    FailureCursor& failures;
    Findings& findings;
    const ExcludedIds* excluded = nullptr;  ///< nullptr: not given
    ReadLimits limits;
    double norm_tolerance = 1e-3;
    bool skip_bad_records = false;
    bool allow_duplicate_ids = false;
    std::string temporary_folder;
    /// Called with the bytes read more; fails with `interrupted`.
    std::function<Result<void>(std::uint64_t bytes)> progress;
    std::size_t most_unmatched = 1'000'000;
};

/// What must hold for the records of one file.
[[nodiscard]] PairRules rules_of(const ComparisonContext& context, const ComparedFile& compared);

/// What was counted in both dumps.
struct FileCounts {
    RecordSums source;
    RecordSums target;
    RecordSums failed;
    RecordSums excluded;
    std::map<std::string, std::uint64_t> failed_by_reason;
    std::array<std::uint64_t, kDecades> norm_decades{};
    std::string source_fingerprint;
    std::string target_sha256;
    std::uint64_t source_bytes = 0;
    std::uint64_t target_bytes = 0;
    bool was_digest_only = false;  ///< too many records without a counterpart to go on by name
};

/// Compares one file of the new dump with its source, both read once and side by side. While both
/// sides agree nothing is kept; where they do not, records wait for their counterpart by id, and
/// the two sides fall into step again by themselves. One use; the sides are read, and the new file
/// is hashed, on threads of their own.
class FileComparison {
 public:
    FileComparison(const ComparisonContext& context, const ComparedFile& compared);
    FileComparison(const FileComparison&) = delete;
    FileComparison& operator=(const FileComparison&) = delete;
    ~FileComparison() = default;

    /// Fails only when a file cannot be read, or with `interrupted`.
    [[nodiscard]] Result<FileCounts> run();

 private:
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> step();
    [[nodiscard]] Result<void> report_progress();
    // Source records that need no counterpart.
    [[nodiscard]] Result<bool> settle_source(const RecordView& record);
    void settle_failed(const RecordView& record, const FailureEntry& entry);
    void settle_stale(const FailureEntry& entry);
    void settle_bad(const RecordView& record);
    void note_bad_target(const RecordView& record);
    // Pairs.
    [[nodiscard]] Result<bool> match_late();
    [[nodiscard]] Result<void> match_at_hand();
    [[nodiscard]] Result<void> set_aside();
    [[nodiscard]] Result<void> pass_target(const RecordView& record);
    void note_order(RecordId id, std::uint64_t offset, std::uint64_t source, std::uint64_t target);
    // The end.
    [[nodiscard]] Result<void> finish();
    [[nodiscard]] Result<void> close_failures();

    const ComparisonContext& context_;
    const ComparedFile& compared_;
    Findings& findings_;
    FileCounts counts_;
    RecordPairs pairs_;
    IdCensus census_;
    RunningHash source_hash_;
    BackgroundDigest target_hash_;
    std::unique_ptr<DumpCursor> source_;
    std::unique_ptr<DumpCursor> target_;
    UnmatchedRecords unmatched_source_;
    UnmatchedRecords unmatched_target_;
    std::uint64_t highest_source_ = 0;  ///< ordinals of matched pairs so far
    std::uint64_t highest_target_ = 0;
    std::uint64_t reported_bytes_ = 0;
};

}  // namespace ffdump

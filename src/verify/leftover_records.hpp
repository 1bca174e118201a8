// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_comparison.hpp"
#include "unmatched_records.hpp"

#include "ffdump/dump/id_census.hpp"

namespace ffdump {

/// Says what the records are that found no counterpart once both files are read: excluded or lost
/// on the source's side; doubled, failed, excluded or extra on the target's. Borrows all it gets.
class LeftoverRecords {
 public:
    LeftoverRecords(const ComparisonContext& context, const ComparedFile& compared,
                    RecordPairs& pairs)
        : context_(context), compared_(compared), pairs_(pairs) {}

    /// Settles counts.excluded.
    void close_source(const UnmatchedRecords& left, FileCounts& counts);
    /// `census` has seen every id of the target. Fails only when a file cannot be read.
    [[nodiscard]] Result<void> close_target(const UnmatchedRecords& left, IdCensus& census);

 private:
    void note_lost(const UnmatchedRecords& left, bool could_be_excluded);
    /// What an unexpected record of the target is called.
    struct Verdict {
        Reason reason;
        const char* text;
    };
    [[nodiscard]] Verdict judge(RecordId id, bool is_doubled, bool is_failed) const;

    const ComparisonContext& context_;
    const ComparedFile& compared_;
    RecordPairs& pairs_;
};

}  // namespace ffdump

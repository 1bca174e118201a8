// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "journal_layout.hpp"

#include "ffdump/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// What a journal holds up to the first record that is not valid.
struct ScannedJournal {
    std::string run_id;
    std::vector<JournalRecord> records;
    std::uint64_t end = 0;         ///< offset after the last good record
    std::uint64_t file_bytes = 0;  ///< what comes after `end` is an unfinished append
    std::uint64_t next_sequence = 0;
    std::uint64_t chain = 0;  ///< for the next record
};

/// Reads a journal and changes nothing. Fails with `journal_damaged` and the offset of the first
/// invalid record when that record, or the place where it stood, is known to have been durable.
[[nodiscard]] Result<ScannedJournal> scan_journal(File& file);

}  // namespace ffdump

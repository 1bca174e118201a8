// SPDX-License-Identifier: Apache-2.0
#include "journal_marks.hpp"

#include "ffdump/journal/run_events.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace ffdump {

Result<std::vector<bool>> void_records(const std::vector<JournalRecord>& records) {
    std::vector<bool> is_void(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].type != JournalType::rewound) {
            continue;
        }
        Result<RunRewound> event = decode_run_rewound(records[i].payload);
        if (!event) {
            return failed(std::move(event.error()));
        }
        if (event->first > i) {
            return failed(Reason::journal_damaged, "the journal was rewound to what comes later");
        }
        std::fill(is_void.begin() + static_cast<std::ptrdiff_t>(event->first),
                  is_void.begin() + static_cast<std::ptrdiff_t>(i), true);
    }
    return is_void;
}

std::optional<std::size_t> first_unvouched(const std::vector<JournalRecord>& records,
                                           const std::vector<bool>& is_void) {
    std::optional<std::size_t> begun;
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].type == JournalType::check_begun && !is_void[i]) {
            begun = i;
        } else if (records[i].type == JournalType::check_passed && begun) {
            // Also when it is void itself: a rewind begins behind the record that it answers, and
            // what was before that stays vouched for.
            first = *begun + 1;
        }
    }
    return first;
}

Result<std::size_t> first_commit(const std::vector<JournalRecord>& records,
                                 const std::vector<bool>& is_void,
                                 std::optional<std::uint32_t> file) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].type != JournalType::commit || is_void[i]) {
            continue;
        }
        const Result<CommitEvent> event = decode_commit(records[i].payload);
        if (!event) {
            return failed(event.error());
        }
        if (!file || event->file == *file) {
            return i;
        }
    }
    return records.size();
}

Result<std::size_t> behind_final_names(const std::vector<JournalRecord>& records,
                                       const std::vector<bool>& is_void) {
    std::map<std::uint32_t, std::size_t> last_commit;
    std::size_t first = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (is_void[i]) {
            continue;
        }
        Result<void> decoded;
        if (records[i].type == JournalType::commit) {
            decoded = decode_commit(records[i].payload).map([&](const CommitEvent& event) {
                last_commit[event.file] = i;
            });
        } else if (records[i].type == JournalType::file_renamed) {
            decoded = decode_file_renamed(records[i].payload).map([&](const FileRenamed& event) {
                if (const auto found = last_commit.find(event.file); found != last_commit.end()) {
                    first = std::max(first, found->second + 1);
                }
            });
        }
        if (!decoded) {
            return failed(std::move(decoded.error()));
        }
    }
    return first;
}

}  // namespace ffdump

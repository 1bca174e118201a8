// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Types of journal records; numbers are on disk and never reused.
// NOLINTNEXTLINE(performance-enum-size): two bytes on disk
enum class JournalType : std::uint16_t {
    run_begin = 1,
    commit = 2,
    file_sealed = 3,
    file_renamed = 4,
    interrupted = 5,
    run_end = 6,
    check_begun = 7,     ///< canaries are asked; what was committed before is what they vouch for
    check_passed = 8,    ///< of the check begun last
    in_doubt = 9,        ///< a check failed; the payload says how
    rewound = 10,        ///< see RunRewound
    canaries_kept = 11,  ///< as many are durable; before the facens that came with them
};

struct JournalRecord {
    JournalType type = JournalType::run_begin;
    std::string payload;  ///< msgpack; see run_events.hpp
};

/// Append-only log with chained hashes; the layout is in formats/journal.md. One owner, one thread.
class Journal {
 public:
    /// What recovery found.
    struct Recovered {
        std::unique_ptr<Journal> journal;    ///< open for appending after the last good record
        std::vector<JournalRecord> records;  ///< all good records in order
        std::uint64_t torn_bytes = 0;        ///< cut off at the end (an unfinished append)
    };

    /// A new journal for the run `run_id` (32 hex digits); the file must not exist.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> create(FileSystem& files,
                                                                 const std::string& path,
                                                                 const std::string& run_id);
    /// Reads it back. A torn tail is cut off; damage before what is known to be durable fails with
    /// `journal_damaged` and the byte offset, and nothing is changed.
    [[nodiscard]] static Result<Recovered> recover(FileSystem& files, const std::string& path);

    /// Its records, for who only asks: nothing is changed, a torn tail stays. Fails as recover().
    [[nodiscard]] static Result<std::vector<JournalRecord>> read(FileSystem& files,
                                                                 const std::string& path);

    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Writes the record; durable only after sync().
    [[nodiscard]] Result<void> append(JournalType type, std::string_view payload);
    [[nodiscard]] Result<void> sync();
    [[nodiscard]] Result<void> close();
    [[nodiscard]] const std::string& run_id() const noexcept;

 private:
    struct State;
    explicit Journal(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace ffdump

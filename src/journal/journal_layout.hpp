// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/journal/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

// What formats/journal.md draws, for the writer and the reader alike.

inline constexpr std::string_view kJournalMagic = "ffdump-j";
inline constexpr std::uint32_t kJournalFormat = 1;
inline constexpr std::size_t kRunIdBytes = 32;          // hex digits
inline constexpr std::size_t kJournalHeaderBytes = 56;  // magic 8, format 4, zero 4, run 32, hash 8

inline constexpr std::uint32_t kRecordMagic = 0x4C4E524AU;  // "JRNL" on disk
inline constexpr std::uint16_t kRecordVersion = 1;
inline constexpr std::size_t kRecordHeaderBytes = 40;
inline constexpr std::size_t kRecordHashBytes = 8;
inline constexpr std::size_t kRecordAlignment = 8;
/// A run of a million files needs about 200 MB of RUN_BEGIN; no dump is near that. What is longer
/// is garbage and not worth an allocation.
inline constexpr std::uint32_t kMostPayloadBytes = 64U << 20U;

/// What stands before the payload.
struct RecordHead {
    std::uint16_t type = 0;
    std::uint16_t version = kRecordVersion;
    std::uint64_t sequence = 0;
    std::uint32_t length = 0;       ///< of the payload, without padding
    std::uint64_t synced_upto = 0;  ///< bytes of the journal known durable when it was composed
    std::uint64_t chain = 0;        ///< hash of the record before, of the file's head for the first
};

/// Bytes of a whole record on disk.
[[nodiscard]] constexpr std::size_t record_bytes(std::uint32_t payload) noexcept {
    const std::size_t padded =
        (payload + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
    return kRecordHeaderBytes + padded + kRecordHashBytes;
}

[[nodiscard]] std::string journal_header(std::string_view run_id);
/// The run id, or why it is no journal of ours (`journal_damaged`).
[[nodiscard]] Result<std::string> parse_journal_header(std::string_view bytes);

/// Hashes of one run's journal. The run id is the seed, so that a record of another run is as
/// invalid as garbage, wherever it stands.
class JournalHash {
 public:
    explicit JournalHash(std::string_view run_id);
    [[nodiscard]] std::uint64_t of(std::string_view bytes) const noexcept;
    /// What the first record is chained to.
    [[nodiscard]] std::uint64_t chain_start() const noexcept { return chain_start_; }

 private:
    std::uint64_t seed_;
    std::uint64_t chain_start_;
};

/// The whole record with padding and hash.
[[nodiscard]] std::string compose_record(const RecordHead& head, std::string_view payload,
                                         const JournalHash& hash);
/// Nothing when the magic or a reserved byte is wrong or the length is over its bound. Needs
/// kRecordHeaderBytes.
[[nodiscard]] std::optional<RecordHead> parse_record_head(std::string_view bytes) noexcept;
/// The hash that stands at the end of a whole record.
[[nodiscard]] std::uint64_t stored_hash(std::string_view record) noexcept;

}  // namespace ffdump

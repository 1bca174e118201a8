// SPDX-License-Identifier: Apache-2.0
#include "journal_layout.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <concepts>

namespace ffdump {
namespace {

constexpr unsigned kBitsPerByte = 8;

template <std::unsigned_integral Number>
void append_number(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out += static_cast<char>(
            static_cast<unsigned char>(std::uint64_t{number} >> (kBitsPerByte * i)));
    }
}

template <std::unsigned_integral Number>
Number number_at(std::string_view bytes, std::size_t offset) noexcept {
    std::uint64_t number = 0;
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        number = (number << kBitsPerByte) | static_cast<unsigned char>(bytes[offset + i]);
    }
    return static_cast<Number>(number);
}

std::uint64_t plain_hash(std::string_view bytes) noexcept {
    return XXH3_64bits(bytes.data(), bytes.size());
}

Error no_journal(std::string detail) {
    return {Reason::journal_damaged, std::move(detail)};
}

}  // namespace

std::string journal_header(std::string_view run_id) {
    std::string bytes(kJournalMagic);
    append_number(bytes, kJournalFormat);
    append_number(bytes, std::uint32_t{0});
    bytes += run_id;
    append_number(bytes, plain_hash(bytes));
    return bytes;
}

Result<std::string> parse_journal_header(std::string_view bytes) {
    if (bytes.size() < kJournalHeaderBytes) {
        return failed(no_journal(fmt::format("it has {} bytes, the head alone has {}", bytes.size(),
                                             kJournalHeaderBytes)));
    }
    bytes = bytes.substr(0, kJournalHeaderBytes);
    if (!bytes.starts_with(kJournalMagic)) {
        return failed(no_journal("it does not begin as a journal of ffdump"));
    }
    std::string run_id(bytes.substr(16, kRunIdBytes));
    const auto format = number_at<std::uint32_t>(bytes, kJournalMagic.size());
    const std::size_t hashed = kJournalHeaderBytes - kRecordHashBytes;
    if (number_at<std::uint64_t>(bytes, hashed) != plain_hash(bytes.substr(0, hashed))) {
        return failed(no_journal("its head does not match its checksum"));
    }
    if (format != kJournalFormat) {
        return failed(no_journal(fmt::format("it has format {}, this ffdump reads format {}",
                                             format, kJournalFormat))
                          .hint("finish the run with the version of ffdump that began it"));
    }
    if (journal_header(run_id) != bytes) {
        return failed(no_journal("a reserved byte of its head is not zero"));
    }
    return run_id;
}

JournalHash::JournalHash(std::string_view run_id)
    : seed_(plain_hash(run_id)), chain_start_(plain_hash(journal_header(run_id))) {}

std::uint64_t JournalHash::of(std::string_view bytes) const noexcept {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed_);
}

std::string compose_record(const RecordHead& head, std::string_view payload,
                           const JournalHash& hash) {
    const std::size_t whole = record_bytes(head.length);
    std::string bytes;
    bytes.reserve(whole);
    append_number(bytes, kRecordMagic);
    append_number(bytes, head.type);
    append_number(bytes, head.version);
    append_number(bytes, head.sequence);
    append_number(bytes, head.length);
    append_number(bytes, std::uint32_t{0});
    append_number(bytes, head.synced_upto);
    append_number(bytes, head.chain);
    bytes += payload;
    bytes.resize(whole - kRecordHashBytes, '\0');
    append_number(bytes, hash.of(bytes));
    return bytes;
}

std::optional<RecordHead> parse_record_head(std::string_view bytes) noexcept {
    if (bytes.size() < kRecordHeaderBytes || number_at<std::uint32_t>(bytes, 0) != kRecordMagic ||
        number_at<std::uint32_t>(bytes, 20) != 0) {
        return std::nullopt;
    }
    RecordHead head;
    head.type = number_at<std::uint16_t>(bytes, 4);
    head.version = number_at<std::uint16_t>(bytes, 6);
    head.sequence = number_at<std::uint64_t>(bytes, 8);
    head.length = number_at<std::uint32_t>(bytes, 16);
    head.synced_upto = number_at<std::uint64_t>(bytes, 24);
    head.chain = number_at<std::uint64_t>(bytes, 32);
    if (head.length > kMostPayloadBytes) {
        return std::nullopt;
    }
    return head;
}

std::uint64_t stored_hash(std::string_view record) noexcept {
    return number_at<std::uint64_t>(record, record.size() - kRecordHashBytes);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "journal_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kWindowBytes = 1U << 20U;
/// A torn tail holds a handful of things that look like records. Bytes made to look like thousands
/// of long ones would keep the search busy for days; they are damage whatever it would find.
constexpr std::uint64_t kMostCandidateBytes = 256U << 20U;

bool is_known_type(std::uint16_t type) noexcept {
    return type >= static_cast<std::uint16_t>(JournalType::run_begin) &&
           type <= static_cast<std::uint16_t>(JournalType::canaries_kept);
}

/// One pass over one journal.
class Scan {
 public:
    Scan(File& file, std::string run_id, std::uint64_t file_bytes) : file_(file), hash_(run_id) {
        found_.run_id = std::move(run_id);
        found_.end = kJournalHeaderBytes;
        found_.file_bytes = file_bytes;
        found_.chain = hash_.chain_start();
    }

    Result<ScannedJournal> run() {
        for (;;) {
            Result<bool> taken = take_next();
            if (!taken) {
                return failed(std::move(taken.error()));
            }
            if (!*taken) {
                break;
            }
        }
        Result<void> torn = refuse_damage();
        if (!torn) {
            return failed(std::move(torn.error()));
        }
        return std::move(found_);
    }

 private:
    /// The bytes at `offset`, as many of `count` as there are.
    Result<std::string> bytes_at(std::uint64_t offset, std::size_t count) {
        std::string bytes(count, '\0');
        return file_.read_at(bytes, offset).map([&bytes](std::size_t got) {
            bytes.resize(got);
            return std::move(bytes);
        });
    }

    /// The whole record of `head` at `offset`; empty when it is cut or its hash is wrong.
    Result<std::string> whole_record(const RecordHead& head, std::uint64_t offset) {
        const std::size_t whole = record_bytes(head.length);
        if (found_.file_bytes - offset < whole) {
            return std::string();
        }
        return bytes_at(offset, whole).map([this, whole](std::string bytes) {
            const bool valid =
                bytes.size() == whole &&
                hash_.of({bytes.data(), whole - kRecordHashBytes}) == stored_hash(bytes);
            return valid ? std::move(bytes) : std::string();
        });
    }

    [[nodiscard]] bool is_next(const RecordHead& head) const noexcept {
        return head.sequence == found_.next_sequence && head.chain == found_.chain &&
               head.synced_upto <= found_.end;
    }

    Result<bool> take_next() {
        Result<std::string> head_bytes = bytes_at(found_.end, kRecordHeaderBytes);
        if (!head_bytes) {
            return failed(std::move(head_bytes.error()));
        }
        const std::optional<RecordHead> head = parse_record_head(*head_bytes);
        if (!head || !is_next(*head)) {
            return false;
        }
        Result<std::string> record = whole_record(*head, found_.end);
        if (!record) {
            return failed(std::move(record.error()));
        }
        if (record->empty()) {
            return false;
        }
        if (head->version != kRecordVersion || !is_known_type(head->type)) {
            return failed(
                damaged(
                    fmt::format("a record of type {} and version {} is not known to this ffdump",
                                head->type, head->version))
                    .hint("finish the run with the version of ffdump that began it"));
        }
        found_.records.push_back({static_cast<JournalType>(head->type),
                                  record->substr(kRecordHeaderBytes, head->length)});
        found_.end += record->size();
        found_.chain = stored_hash(*record);
        ++found_.next_sequence;
        return true;
    }

    /// An unfinished append and damage look the same where they begin. What tells them apart is a
    /// later record that was written when more than this was known to be on the disk.
    Result<void> refuse_damage() {
        std::uint64_t budget = kMostCandidateBytes;
        for (std::uint64_t at = found_.end; at < found_.file_bytes; at += kWindowBytes) {
            const std::uint64_t left = found_.file_bytes - at;
            Result<std::string> window =
                bytes_at(at, static_cast<std::size_t>(
                                 std::min<std::uint64_t>(left, kWindowBytes + kRecordHeaderBytes)));
            if (!window) {
                return failed(std::move(window.error()));
            }
            const std::size_t stop = std::min(kWindowBytes, window->size());
            for (std::size_t i = 0; i < stop; i += kRecordAlignment) {
                Result<bool> proves =
                    proves_damage(std::string_view(*window).substr(i), at + i, budget);
                if (!proves) {
                    return failed(std::move(proves.error()));
                }
                if (*proves) {
                    return failed(damaged("a record that was on the disk is damaged or gone"));
                }
            }
        }
        return {};
    }

    Result<bool> proves_damage(std::string_view bytes, std::uint64_t offset,
                               std::uint64_t& budget) {
        const std::optional<RecordHead> head = parse_record_head(bytes);
        // One that says so of bytes beyond its own place proves that something before it is gone.
        if (!head || head->synced_upto <= found_.end) {
            return false;
        }
        const std::size_t whole = record_bytes(head->length);
        if (budget < whole) {
            return true;
        }
        budget -= whole;
        return whole_record(*head, offset).map([](const std::string& record) {
            return !record.empty();
        });
    }

    [[nodiscard]] Error damaged(std::string detail) const {
        return Error(Reason::journal_damaged, std::move(detail))
            .at_file(file_.path())
            .at_offset(found_.end);
    }

    File& file_;
    JournalHash hash_;
    ScannedJournal found_;
};

}  // namespace

Result<ScannedJournal> scan_journal(File& file) {
    Result<FileIdentity> identity = file.identity();
    if (!identity) {
        return failed(std::move(identity.error()));
    }
    std::string head(kJournalHeaderBytes, '\0');
    Result<std::size_t> got = file.read_at(head, 0);
    if (!got) {
        return failed(std::move(got.error()));
    }
    head.resize(*got);
    Result<std::string> run_id = parse_journal_header(head);
    if (!run_id) {
        return failed(std::move(run_id.error()).at_file(file.path()).at_offset(0));
    }
    return Scan(file, std::move(*run_id), identity->size).run();
}

}  // namespace ffdump

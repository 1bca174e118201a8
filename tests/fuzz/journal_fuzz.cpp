// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "journal_layout.hpp"
#include "support/memory_file_system.hpp"

#include "ffdump/journal/run_events.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr const char* kPath = "out/.ffdump/journal";
constexpr std::size_t kRunIdAt = 16;

enum class Chain : unsigned char { as_it_is, mended };

/// The input with checksums that fit, else no change would ever get past them. What the chain says
/// (number, hash of the record before) is left to the input, or made to fit as well.
std::string mended(std::string_view input, Chain chain) {
    if (input.size() < kJournalHeaderBytes) {
        return std::string(input);
    }
    const std::string_view run_id = input.substr(kRunIdAt, kRunIdBytes);
    const JournalHash hash(run_id);
    std::string out = journal_header(run_id);
    std::string_view rest = input.substr(kJournalHeaderBytes);
    std::uint64_t last = hash.chain_start();
    for (std::uint64_t number = 0;; ++number) {
        std::optional<RecordHead> head = parse_record_head(rest);
        if (!head || rest.size() < record_bytes(head->length)) {
            break;
        }
        if (chain == Chain::mended) {
            head->sequence = number;
            head->chain = last;
        }
        out += compose_record(*head, rest.substr(kRecordHeaderBytes, head->length), hash);
        last = stored_hash(out);
        rest.remove_prefix(record_bytes(head->length));
    }
    return out.append(rest);
}

/// What is written of an event says all that was read of it.
template <class Event>
void hold_event(const Result<Event>& event, Result<Event> (*decode)(std::string_view)) {
    if (!event) {
        must_hold(event.error().reason() == Reason::journal_damaged, "events are judged");
        return;
    }
    const std::string text = encode(*event);
    const Result<Event> again = decode(text);
    must_hold(again && encode(*again) == text, "an event that was read can be written");
}

void hold_record(const JournalRecord& record) {
    switch (record.type) {
        case JournalType::run_begin:
            hold_event(decode_run_begin(record.payload), decode_run_begin);
            return;
        case JournalType::commit:
            hold_event(decode_commit(record.payload), decode_commit);
            return;
        case JournalType::file_sealed:
            hold_event(decode_file_sealed(record.payload), decode_file_sealed);
            return;
        case JournalType::file_renamed:
            hold_event(decode_file_renamed(record.payload), decode_file_renamed);
            return;
        case JournalType::rewound:
            hold_event(decode_run_rewound(record.payload), decode_run_rewound);
            return;
        default:
            return;
    }
}

bool is_same(const std::vector<JournalRecord>& a, const std::vector<JournalRecord>& b) {
    return std::ranges::equal(a, b, [](const JournalRecord& x, const JournalRecord& y) {
        return x.type == y.type && x.payload == y.payload;
    });
}

/// What was recovered is recovered again, and goes on with one more record.
void hold_recovered(MemoryFileSystem& files, const Journal::Recovered& found,
                    const std::string& before) {
    const std::string kept = files.bytes(kPath);
    must_hold(before.starts_with(kept) && kept.size() + found.torn_bytes == before.size(),
              "only a tail is cut off");
    const Result<Journal::Recovered> again = Journal::recover(files, kPath);
    must_hold(again && again->torn_bytes == 0 && is_same(again->records, found.records) &&
                  files.bytes(kPath) == kept,
              "what was recovered is recovered again");
    must_hold(again->journal->append(JournalType::interrupted, "more").has_value(),
              "a recovered journal goes on");
    const Result<Journal::Recovered> longer = Journal::recover(files, kPath);
    must_hold(longer && longer->records.size() == found.records.size() + 1 &&
                  longer->records.back().payload == "more",
              "what is appended is there");
}

}  // namespace

void fuzz_journal(std::string_view input) {
    const unsigned choice = take_choice(input);
    const std::string bytes =
        choice % 4 == 3 ? std::string(input)
                        : mended(input, choice % 4 == 2 ? Chain::as_it_is : Chain::mended);
    MemoryFileSystem files;
    files.put(kPath, bytes);
    const Result<Journal::Recovered> found = Journal::recover(files, kPath);
    if (!found) {
        must_hold(found.error().reason() == Reason::journal_damaged, "journals are judged");
        must_hold(files.bytes(kPath) == bytes, "a damaged journal is left as it is");
        return;
    }
    for (const JournalRecord& record : found->records) {
        hold_record(record);
    }
    hold_recovered(files, *found, bytes);
}

}  // namespace ffdump

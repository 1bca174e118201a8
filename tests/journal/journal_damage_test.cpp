// SPDX-License-Identifier: Apache-2.0
#include "journal_fixture.hpp"
#include "journal_layout.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

namespace ffdump {
namespace {

const std::vector<std::string> all_payloads{"begin", "", "a commit", "sealed, 17 bytes.",
                                            "renamed"};

/// All five records. What is known durable when each is composed: 56, 56, two, two, four records.
const std::vector<std::string> all_steps{"begin",
                                         "",
                                         JournalFixture::kSync,
                                         "a commit",
                                         "sealed, 17 bytes.",
                                         JournalFixture::kSync,
                                         "renamed",
                                         JournalFixture::kSync};

/// How many of all_payloads a later record proves durable: the fifth was composed after four.
constexpr std::size_t kProvenDurable = 4;

TEST_CASE_METHOD(JournalFixture, "a journal cut at any length gives the records that are whole") {
    write(all_steps);
    const std::string whole = bytes();
    const std::vector<std::size_t> ends = JournalFixture::ends(all_payloads);
    REQUIRE(ends.back() == whole.size());
    for (std::size_t length = kJournalHeaderBytes; length <= whole.size(); ++length) {
        INFO("cut at " << length);
        const Result<Journal::Recovered> recovered = recover(whole.substr(0, length));
        REQUIRE(recovered);
        const auto count = static_cast<std::size_t>(
            std::ranges::count_if(ends, [&](std::size_t end) { return end <= length; }));
        REQUIRE(payloads(*recovered) ==
                std::vector<std::string>(all_payloads.begin(), all_payloads.begin() + count));
        const std::size_t good = count == 0 ? kJournalHeaderBytes : ends[count - 1];
        REQUIRE(recovered->torn_bytes == length - good);
        REQUIRE(bytes() == whole.substr(0, good));
    }
}

TEST_CASE_METHOD(JournalFixture, "a journal goes on after a cut at any length") {
    write(all_steps);
    const std::string whole = bytes();
    for (std::size_t length = kJournalHeaderBytes; length <= whole.size(); ++length) {
        INFO("cut at " << length);
        Journal::Recovered recovered = recover(whole.substr(0, length)).value();
        std::vector<std::string> expected = payloads(recovered);
        expected.emplace_back("after the cut");
        REQUIRE(recovered.journal->append(JournalType::commit, "after the cut"));
        REQUIRE(recovered.journal->sync());
        recovered.journal.reset();
        const Journal::Recovered again = Journal::recover(*files, path).value();
        REQUIRE(payloads(again) == expected);
        REQUIRE(again.torn_bytes == 0);
    }
}

TEST_CASE_METHOD(JournalFixture,
                 "a journal without a whole head is damaged, since none is begun so") {
    write(all_steps);
    const std::string whole = bytes();
    for (std::size_t length = 0; length < kJournalHeaderBytes; ++length) {
        const Result<Journal::Recovered> refused = recover(whole.substr(0, length));
        REQUIRE_FALSE(refused);
        REQUIRE(refused.error().reason() == Reason::journal_damaged);
        REQUIRE(refused.error().detail() ==
                "it has " + std::to_string(length) + " bytes, the head alone has 56");
        REQUIRE(bytes() == whole.substr(0, length));
    }
}

TEST_CASE_METHOD(JournalFixture,
                 "no flipped bit of a journal goes unseen or gives a wrong record") {
    write(all_steps);
    const std::string whole = bytes();
    const std::size_t durable_end = ends(all_payloads)[kProvenDurable - 1];
    std::size_t shortened = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        INFO("bit " << bit % 8 << " of byte " << bit / 8);
        std::string damaged = whole;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        const Result<Journal::Recovered> recovered = recover(damaged);
        if (recovered) {
            ++shortened;
            REQUIRE(bit / 8 >= durable_end);
            REQUIRE(payloads(*recovered) ==
                    std::vector<std::string>(all_payloads.begin(), all_payloads.end() - 1));
            continue;
        }
        REQUIRE(bit / 8 < durable_end);
        REQUIRE(recovered.error().reason() == Reason::journal_damaged);
        REQUIRE(recovered.error().place().file == path);
        REQUIRE(recovered.error().place().offset.has_value());
        REQUIRE(bytes() == damaged);
    }
    CHECK(shortened == (whole.size() - durable_end) * 8);
}

TEST_CASE_METHOD(JournalFixture, "damage names the offset of the first record that is not good") {
    write(all_steps);
    std::string damaged = bytes();
    const std::size_t second = ends(all_payloads)[0];
    damaged[second + 20] = 'x';
    const Result<Journal::Recovered> refused = recover(damaged);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().one_line() ==
          path + " (byte " + std::to_string(second) +
              "): a record that was on the disk is damaged or gone, while reading the journal; "
              "keep the directory for inspection and migrate into a fresh one [journal_damaged]");
}

TEST_CASE_METHOD(JournalFixture, "a zeroed stretch is damage where a later record proves it") {
    write(all_steps);
    const std::string whole = bytes();
    const std::size_t durable_end = ends(all_payloads)[kProvenDurable - 1];
    for (std::size_t from = kJournalHeaderBytes; from < whole.size(); from += 8) {
        INFO("zeros from " << from);
        std::string damaged = whole;
        const std::size_t count = std::min<std::size_t>(64, whole.size() - from);
        std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(from), count, '\0');
        const Result<Journal::Recovered> recovered = recover(damaged);
        // A stretch that takes the proof with it cannot be told from an unfinished append.
        const bool proof_is_whole = from + count <= durable_end;
        REQUIRE(recovered.has_value() == !proof_is_whole);
        if (recovered) {
            REQUIRE(is_prefix(payloads(*recovered), all_payloads));
        }
    }
}

TEST_CASE_METHOD(JournalFixture, "records that were never known durable are cut off with a hole") {
    write({"one", JournalFixture::kSync, "two", "three"});
    std::string holed = bytes();
    const std::size_t one_end = ends({"one"}).back();
    holed[one_end + 41] = 'x';  // "two" was lost in the cache, "three" came through
    const Result<Journal::Recovered> recovered = recover(holed);
    REQUIRE(recovered);
    CHECK(payloads(*recovered) == std::vector<std::string>{"one"});
    CHECK(bytes().size() == one_end);
}

TEST_CASE_METHOD(JournalFixture, "records of another run are as invalid as garbage") {
    write(all_steps, kOtherRun);
    const std::string other = bytes();
    REQUIRE(files->remove(path));
    write(all_steps);
    const std::string ours = bytes();
    const std::vector<std::size_t> ends = JournalFixture::ends(all_payloads);
    std::size_t begin = kJournalHeaderBytes;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        INFO("record " << i);
        const std::string spliced =
            ours.substr(0, begin) + other.substr(begin, ends[i] - begin) + ours.substr(ends[i]);
        const Result<Journal::Recovered> recovered = recover(spliced);
        REQUIRE(recovered.has_value() == (i >= kProvenDurable));
        begin = ends[i];
    }
    const Result<Journal::Recovered> appended = recover(ours + other.substr(56));
    REQUIRE(appended);
    CHECK(payloads(*appended) == all_payloads);
    CHECK(bytes() == ours);
}

TEST_CASE_METHOD(JournalFixture, "a head of another run makes every record foreign") {
    write(all_steps, kOtherRun);
    const std::string head = bytes().substr(0, kJournalHeaderBytes);
    REQUIRE(files->remove(path));
    write(all_steps);
    const Result<Journal::Recovered> recovered = recover(head + bytes().substr(56));
    REQUIRE(recovered);
    CHECK(recovered->records.empty());
}

TEST_CASE_METHOD(JournalFixture,
                 "records of the same run that are swapped, doubled or left out are seen") {
    write({"aaaa", kSync, "bbbb", kSync, "cccc", kSync, "dddd", kSync});
    const std::string whole = bytes();
    const auto record = [&](std::size_t i) { return whole.substr(56 + (i * 56), 56); };
    const std::string head = whole.substr(0, 56);
    const auto damaged = [this](const std::string& journal) {
        const Result<Journal::Recovered> recovered = recover(journal);
        return !recovered && recovered.error().reason() == Reason::journal_damaged;
    };
    CHECK(damaged(head + record(1) + record(0) + record(2) + record(3)));
    CHECK(damaged(head + record(0) + record(2) + record(1) + record(3)));
    CHECK(damaged(head + record(0) + record(2) + record(3)));
    CHECK(damaged(head + record(1) + record(2) + record(3)));
    CHECK(damaged(head + record(0) + record(0) + record(1) + record(2) + record(3)));
    const Result<Journal::Recovered> doubled_last =
        recover(head + record(0) + record(1) + record(1));
    REQUIRE(doubled_last);
    CHECK(payloads(*doubled_last) == std::vector<std::string>{"aaaa", "bbbb"});
}

TEST_CASE_METHOD(JournalFixture, "a garbage length is not believed") {
    write({"one", kSync, "two"});
    const std::string whole = bytes();
    const std::size_t two = ends({"one"}).back();
    for (const std::uint32_t length : {0xFFFFFFFFU, kMostPayloadBytes + 1, kMostPayloadBytes, 4U}) {
        INFO("length " << length);
        std::string garbage = whole;
        for (std::size_t i = 0; i < 4; ++i) {
            garbage[two + 16 + i] = static_cast<char>(length >> (8 * i));
        }
        const Result<Journal::Recovered> recovered = recover(garbage);
        REQUIRE(recovered);
        CHECK(payloads(*recovered) == std::vector<std::string>{"one"});
    }
}

TEST_CASE_METHOD(JournalFixture, "a tail of anything is cut off") {
    write({"one", kSync});
    const std::string whole = bytes();
    for (const std::string& tail : {std::string(4096, '\0'), std::string(777, 'J'),
                                    std::string(3 << 20, '\0'), whole.substr(56) + "x"}) {
        const Result<Journal::Recovered> recovered = recover(whole + tail);
        REQUIRE(recovered);
        CHECK(recovered->torn_bytes == tail.size());
        CHECK(payloads(*recovered) == std::vector<std::string>{"one"});
        CHECK(bytes() == whole);
    }
}

TEST_CASE_METHOD(JournalFixture, "proof of damage is found far behind the damage") {
    write({"one", kSync, std::string(3 << 20, 'x'), kSync, "last"});
    std::string damaged = bytes();
    damaged[60] = 'x';
    const Result<Journal::Recovered> refused = recover(damaged);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().place().offset == 56);
}

TEST_CASE_METHOD(JournalFixture, "bytes made to look like endless records do not stop recovery") {
    write({"one", kSync});
    RecordHead head;
    head.type = 2;
    head.length = 1U << 20U;
    head.synced_upto = 200;  // beyond what is good, before its own place: each wants to be hashed
    const JournalHash wrong_run(kOtherRun);
    const std::string candidate = compose_record(head, "", wrong_run).substr(0, 40);
    std::string journal = bytes() + std::string(256, '\0');
    while (journal.size() < (4U << 20U)) {
        journal += candidate;
    }
    const Result<Journal::Recovered> refused = recover(journal);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::journal_damaged);
}

/// Puts a record that our writer never writes behind the first one.
std::string forged(const JournalFixture& fixture, RecordHead head) {
    const JournalHash hash(kRun);
    const std::string whole = fixture.bytes();
    head.sequence = 1;
    head.length = 1;
    head.chain = stored_hash(whole);
    return whole + compose_record(head, "x", hash);
}

TEST_CASE_METHOD(JournalFixture, "a record of a later format is refused by its number") {
    write({"one"});
    RecordHead head;
    head.synced_upto = 56;
    head.type = 12;
    const Result<Journal::Recovered> type = recover(forged(*this, head));
    REQUIRE_FALSE(type);
    CHECK(type.error().detail() == "a record of type 12 and version 1 is not known to this ffdump");
    CHECK(type.error().hint_text() == "finish the run with the version of ffdump that began it");
    REQUIRE(files->remove(path));
    write({"one"});
    head.type = 1;
    head.version = 2;
    CHECK(recover(forged(*this, head)).error().detail() ==
          "a record of type 1 and version 2 is not known to this ffdump");
}

TEST_CASE_METHOD(JournalFixture,
                 "a record that continues another history of the same run is cut off") {
    write({"one", "two"});
    const std::string whole = bytes();
    REQUIRE(files->remove(path));
    write({"other", "more"});
    // Same run, same places, same numbers: what an old tail would be that came back from the disk.
    REQUIRE(bytes().size() == whole.size());
    const std::size_t one_end = ends({"one"}).back();
    const Result<Journal::Recovered> recovered =
        recover(whole.substr(0, one_end) + bytes().substr(one_end));
    REQUIRE(recovered);
    CHECK(payloads(*recovered) == std::vector<std::string>{"one"});
}

TEST_CASE("a record's length is bounded before it is believed") {
    const JournalHash hash(kRun);
    RecordHead head;
    head.length = 8;
    std::string bytes = compose_record(head, "payload.", hash);
    REQUIRE(parse_record_head(bytes)->length == 8);
    const auto put_length = [&bytes](std::uint32_t length) {
        for (std::size_t i = 0; i < 4; ++i) {
            bytes[16 + i] = static_cast<char>(length >> (8 * i));
        }
    };
    put_length(kMostPayloadBytes);
    CHECK(parse_record_head(bytes)->length == kMostPayloadBytes);
    put_length(kMostPayloadBytes + 1);
    CHECK_FALSE(parse_record_head(bytes));
    put_length(0xFFFFFFFF);
    CHECK_FALSE(parse_record_head(bytes));
    CHECK_FALSE(parse_record_head(std::string_view(bytes).substr(0, kRecordHeaderBytes - 1)));
}

TEST_CASE_METHOD(JournalFixture, "a record that knows more durable than came before it is damage") {
    write({"one"});
    RecordHead head;
    head.type = 2;
    head.synced_upto = 56 + 56;
    CHECK(recover(forged(*this, head)).value().records.size() == 2);
    REQUIRE(files->remove(path));
    write({"one"});
    head.synced_upto += 8;
    CHECK(recover(forged(*this, head)).error().reason() == Reason::journal_damaged);
}

TEST_CASE_METHOD(JournalFixture, "a head of a later format or of another program is refused") {
    std::string head = journal_header(kRun);
    head[0] = 'x';
    CHECK(recover(head).error().detail() == "it does not begin as a journal of ffdump");
    head = journal_header(kRun);
    head[8] = 2;
    CHECK(recover(head).error().detail() == "its head does not match its checksum");
    CHECK(Journal::recover(*files, folder.at("absent")).error().detail() == "there is no journal");
}

}  // namespace
}  // namespace ffdump

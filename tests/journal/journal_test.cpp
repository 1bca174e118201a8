// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/journal.hpp"

#include "journal_fixture.hpp"
#include "journal_layout.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace ffdump {
namespace {

TEST_CASE_METHOD(JournalFixture, "a journal gives back what was written, in order") {
    const std::unique_ptr<Journal> journal = Journal::create(*files, path, kRun).value();
    CHECK(journal->run_id() == kRun);
    std::vector<std::string> payloads;
    for (std::size_t size = 0; size < 20; ++size) {
        payloads.emplace_back(size, static_cast<char>('a' + size));
        REQUIRE(journal->append(size == 0 ? JournalType::run_begin : JournalType::interrupted,
                                payloads.back()));
    }
    REQUIRE(journal->sync());
    REQUIRE(journal->close());

    const Journal::Recovered recovered = Journal::recover(*files, path).value();
    CHECK(recovered.journal->run_id() == kRun);
    CHECK(recovered.torn_bytes == 0);
    CHECK(JournalFixture::payloads(recovered) == payloads);
    CHECK(recovered.records.front().type == JournalType::run_begin);
    CHECK(recovered.records.back().type == JournalType::interrupted);
}

TEST_CASE_METHOD(JournalFixture, "a journal with nothing in it is recovered as such") {
    write({});
    CHECK(bytes().size() == kJournalHeaderBytes);
    const Journal::Recovered recovered = Journal::recover(*files, path).value();
    CHECK(recovered.records.empty());
    CHECK(recovered.journal->run_id() == kRun);
}

TEST_CASE_METHOD(JournalFixture, "a recovered journal goes on as if it had never been closed") {
    write({"one", kSync, "two"});
    const std::string uninterrupted = [this] {
        const ScratchFolder other;
        const auto journal = Journal::create(*files, other.at("journal"), kRun).value();
        REQUIRE(journal->append(JournalType::commit, "one"));
        REQUIRE(journal->sync());
        REQUIRE(journal->append(JournalType::commit, "two"));
        REQUIRE(journal->sync());
        REQUIRE(journal->append(JournalType::commit, "three"));
        return file_bytes(other.at("journal"));
    }();
    Journal::Recovered recovered = Journal::recover(*files, path).value();
    REQUIRE(recovered.journal->append(JournalType::commit, "three"));
    CHECK(bytes() == uninterrupted);
    const Journal::Recovered again = Journal::recover(*files, path).value();
    CHECK(payloads(again) == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE_METHOD(JournalFixture, "a record larger than the limit is refused and harms nothing") {
    const auto journal = Journal::create(*files, path, kRun).value();
    const Result<void> refused =
        journal->append(JournalType::commit, std::string(kMostPayloadBytes + 1, 'x'));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail() ==
          "a journal record of 67108865 bytes is over the limit of 67108864");
    REQUIRE(journal->append(JournalType::commit, "small"));
    CHECK(payloads(Journal::recover(*files, path).value()) == std::vector<std::string>{"small"});
}

TEST_CASE_METHOD(JournalFixture, "a journal is not begun over another one") {
    write({"one"});
    const std::string before = bytes();
    const auto refused = Journal::create(*files, path, kOtherRun);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::output_occupied);
    CHECK(bytes() == before);
}

TEST_CASE_METHOD(JournalFixture, "a journal is begun over what an interrupted start left behind") {
    folder.write("journal.new", "half a he");
    write({"one"});
    CHECK(payloads(Journal::recover(*files, path).value()) == std::vector<std::string>{"one"});
    CHECK(tree_bytes(folder.path()).size() == 1);
}

TEST_CASE_METHOD(JournalFixture, "a run id is 32 lower-case hex digits") {
    for (const char* id :
         {"", "0123", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdef0"}) {
        CHECK(Journal::create(*files, path, id).error().reason() == Reason::internal_error);
    }
    CHECK_FALSE(files->exists(path, FilePurpose::reading).value());
}

TEST_CASE_METHOD(JournalFixture, "a closed journal takes nothing more") {
    const auto journal = Journal::create(*files, path, kRun).value();
    REQUIRE(journal->close());
    CHECK(journal->append(JournalType::commit, "x").error().detail() ==
          "the journal is closed already");
    CHECK_FALSE(journal->sync());
    CHECK_FALSE(journal->close());
}

}  // namespace
}  // namespace ffdump

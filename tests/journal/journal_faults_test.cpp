// SPDX-License-Identifier: Apache-2.0
#include "journal_fixture.hpp"
#include "support/faulty_file_system.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <string>

namespace ffdump {
namespace {

struct FaultyJournal : JournalFixture {
    FaultyFileSystem faulty{*files};

    [[nodiscard]] std::size_t calls(FileOperation operation) const {
        const std::vector<FileCall> all = faulty.calls();
        return static_cast<std::size_t>(std::ranges::count(all, operation, &FileCall::operation));
    }
};

TEST_CASE_METHOD(FaultyJournal, "a failed sync is final and is not tried again") {
    const auto journal = Journal::create(faulty, path, kRun).value();
    REQUIRE(journal->append(JournalType::commit, "one"));
    faulty.count_only({FileOperation::sync});
    faulty.fail_at(1, {.reason = Reason::output_unwritable, .code = EIO});
    const Result<void> first = journal->sync();
    REQUIRE_FALSE(first);
    CHECK(first.error().detail() == "made to fail: Input/output error");
    const std::size_t calls_before = faulty.calls().size();
    for (int i = 0; i < 3; ++i) {
        CHECK(journal->sync().error().detail() == first.error().detail());
        CHECK(journal->append(JournalType::commit, "two").error().detail() ==
              first.error().detail());
        CHECK(journal->close().error().detail() == first.error().detail());
    }
    CHECK(faulty.calls().size() == calls_before);
}

TEST_CASE_METHOD(FaultyJournal, "a failed append is final, since the end is not known any more") {
    const auto journal = Journal::create(faulty, path, kRun).value();
    REQUIRE(journal->append(JournalType::commit, "one"));
    REQUIRE(journal->sync());
    faulty.fail_at(1, {.reason = Reason::disk_full, .code = ENOSPC, .torn = FileFault::Torn::yes});
    const Result<void> refused = journal->append(JournalType::commit, "two");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::disk_full);
    CHECK_FALSE(journal->append(JournalType::commit, "three"));
    CHECK_FALSE(journal->sync());
    const Journal::Recovered recovered = Journal::recover(*files, path).value();
    CHECK(payloads(recovered) == std::vector<std::string>{"one"});
    CHECK(recovered.torn_bytes == 28);
}

TEST_CASE_METHOD(FaultyJournal,
                 "a journal whose beginning fails at any call is begun the next time") {
    std::uint64_t n = 1;
    for (;; ++n) {
        INFO("call " << n);
        faulty.fail_at(n, {.reason = Reason::disk_full, .code = ENOSPC});
        const auto journal = Journal::create(faulty, path, kRun);
        if (!faulty.has_struck()) {
            REQUIRE(journal);
            break;
        }
        REQUIRE_FALSE(journal);
        CHECK(journal.error().reason() == Reason::disk_full);
        // It is not there, or it is whole and empty.
        if (files->exists(path, FilePurpose::reading).value()) {
            REQUIRE(Journal::recover(*files, path).value().records.empty());
            REQUIRE(files->remove(path));
        }
    }
    CHECK(n == 8);
}

TEST_CASE_METHOD(FaultyJournal, "a recovery that fails at any call loses nothing") {
    write({"one", kSync, "two"});
    const std::string torn = bytes() + "torn";
    std::uint64_t n = 1;
    for (;; ++n) {
        INFO("call " << n);
        folder.write("journal", torn);
        faulty.fail_at(n, {.reason = Reason::output_unwritable, .code = EIO});
        const auto recovered = Journal::recover(faulty, path);
        if (!faulty.has_struck()) {
            REQUIRE(recovered);
            break;
        }
        REQUIRE_FALSE(recovered);
        CHECK(recovered.error().reason() == Reason::output_unwritable);
        const Journal::Recovered again = Journal::recover(*files, path).value();
        REQUIRE(payloads(again) == std::vector<std::string>{"one", "two"});
    }
    CHECK(n > 8);
}

TEST_CASE_METHOD(FaultyJournal, "recovery makes durable what it found before anything follows it") {
    write({"one", "two"});
    Journal::Recovered recovered = Journal::recover(faulty, path).value();
    CHECK(faulty.calls().back().operation == FileOperation::sync);
    CHECK(calls(FileOperation::truncate) == 0);
    REQUIRE(recovered.journal->append(JournalType::commit, "three"));
    // "three" says that both were durable, so losing one of them is damage from here on.
    std::string damaged = bytes();
    damaged[60] = 'x';
    CHECK(recover(damaged).error().reason() == Reason::journal_damaged);
}

TEST_CASE_METHOD(FaultyJournal, "recovery reads what the disk has, not what the cache remembers") {
    write({"one"});
    REQUIRE(Journal::recover(faulty, path));
    const std::vector<FileCall> all = faulty.calls();
    REQUIRE(all.size() > 3);
    CHECK(all[0].operation == FileOperation::look);
    CHECK(all[1].operation == FileOperation::open_append);
    CHECK(all[2].operation == FileOperation::drop_cache);
}

TEST_CASE_METHOD(FaultyJournal, "a torn tail is cut before the sync that recovery ends with") {
    write({"one"});
    folder.write("journal", bytes() + "torn");
    REQUIRE(Journal::recover(faulty, path));
    const std::vector<FileCall> all = faulty.calls();
    REQUIRE(all.size() >= 2);
    CHECK(all[all.size() - 2].operation == FileOperation::truncate);
    CHECK(all.back().operation == FileOperation::sync);
}

TEST_CASE_METHOD(FaultyJournal, "a journal's head and name are durable before it is handed out") {
    REQUIRE(Journal::create(faulty, path, kRun));
    std::vector<FileOperation> order;
    for (const FileCall& call : faulty.calls()) {
        order.push_back(call.operation);
    }
    using enum FileOperation;
    CHECK(order == std::vector{create, FileOperation::write, sync, close, rename_new,
                               sync_directory, open_append});
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "recovered_files.hpp"
#include "support/hash_of.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr const char* kRun = "0123456789abcdef0123456789abcdef";
const std::string written = "first|second";  // the part, by two commits
constexpr std::uint64_t kFirst = 6;
constexpr std::uint64_t kSourceBytes = 100;

/// What a process left of a run with one file.
class LeftRun {
 public:
    explicit LeftRun(bool retry_failed = false) {
        RunBegin begin;
        begin.run_id = kRun;
        begin.retry_failed = retry_failed;
        PlannedFile& file = begin.files.emplace_back();
        file.name = file.target = "faces.json";
        file.action = "migrate";
        file.source_bytes = kSourceBytes;
        std::filesystem::create_directories(directory.state_folder());
        journal_ = Journal::create(*files, directory.journal(), kRun).value();
        note(JournalType::run_begin, encode(begin));
        folder.write("new/.ffdump/faces.json.part", written);
    }
    void note(JournalType type, const std::string& payload = {}) const {
        REQUIRE(journal_->append(type, payload));
        REQUIRE(journal_->sync());
    }
    /// Up to this place of the part, which comes of as much of the source, times ten.
    /// `is_head`: written anew before it is sealed, so that no hash is kept.
    void commit(std::uint64_t begin, std::uint64_t end, bool is_head = false) {
        CommitEvent event;
        event.source_offset = end == written.size() ? kSourceBytes : end * 10;
        event.target_offset = end;
        event.region_begin = begin;
        event.region_hash =
            is_head ? "" : hash_of(std::string_view(written).substr(begin, end - begin));
        event.failures_offset = listed_.size();
        event.failures_hash = hash_of(std::string_view(listed_).substr(committed_));
        committed_ = listed_.size();
        note(JournalType::commit, encode(event));
    }
    /// Entries of the list that the next commit speaks of.
    void list(const std::string& entries) {
        listed_ += entries;
        folder.write("new/.ffdump/failures.jsonl.part", listed_);
    }
    void commit_all(bool has_head = false) {
        commit(0, kFirst, has_head);
        commit(kFirst, written.size());
    }
    void seal(bool has_head = false) {
        commit_all(has_head);
        FileSealed event;
        event.bytes = written.size();
        event.sha256 = sha256_hex(written);
        note(JournalType::file_sealed, encode(event));
    }
    Result<RecoveredRun> recover() {
        journal_.reset();
        Result<std::optional<RecoveredRun>> run = recover_run(*files, directory);
        if (!run) {
            return failed(std::move(run.error()));
        }
        REQUIRE(run->has_value());
        return std::move(**run);
    }
    Result<void> rewind() {
        journal_.reset();
        return rewind_run(*files, directory);
    }
    /// As a process that takes the run up.
    void go_on() { journal_ = std::move(recover().value().journal); }
    [[nodiscard]] bool has_part() const {
        return std::filesystem::exists(directory.part("faces.json"));
    }

    ScratchFolder folder;
    OutputDirectory directory{folder.at("new")};
    std::unique_ptr<FileSystem> files = make_posix_file_system();

 private:
    std::unique_ptr<Journal> journal_;
    std::string listed_;
    std::size_t committed_ = 0;  ///< of listed_
};

using Stage = FileProgress::Stage;

TEST_CASE("a run goes on behind its last commit") {
    LeftRun left;
    left.commit(0, kFirst);
    const RecoveredRun run = left.recover().value();
    CHECK(run.files[0].stage == Stage::writing);
    CHECK(run.files[0].source.offset == kFirst * 10);
    CHECK(run.files[0].target_bytes == kFirst);
    CHECK(run.has_unvouched);
    CHECK_FALSE(run.doubt);
}

TEST_CASE("committed bytes that the disk has otherwise are damage") {
    LeftRun left;
    left.commit(0, kFirst);
    left.folder.write("new/.ffdump/faces.json.part", "fIrst|");
    CHECK(left.recover().error().reason() == Reason::output_damaged);
}

TEST_CASE("commits that do not follow each other are damage of the journal") {
    LeftRun left;
    left.commit(0, kFirst);
    left.commit(kFirst + 1, written.size());
    CHECK(left.recover().error().reason() == Reason::journal_damaged);
}

TEST_CASE("a rewind makes void what no check that passed vouches for") {
    LeftRun left;
    left.commit(0, kFirst);
    left.note(JournalType::check_begun);
    left.note(JournalType::check_passed);
    left.commit(kFirst, written.size());
    left.note(JournalType::check_begun);
    left.note(JournalType::in_doubt, "another model");
    SECTION("without it the run is in doubt") {
        const RecoveredRun run = left.recover().value();
        CHECK(run.doubt == "another model");
        CHECK(run.has_unvouched);
    }
    SECTION("with it the run goes on behind the first commit") {
        left.folder.write("new/.ffdump/redo-000001.log", "doubtful");
        REQUIRE(left.rewind());
        const RecoveredRun run = left.recover().value();
        CHECK_FALSE(run.doubt);
        CHECK(run.files[0].source.offset == kFirst * 10);
        CHECK(run.files[0].target_bytes == kFirst);
        CHECK_FALSE(run.has_unvouched);
        CHECK_FALSE(left.files->exists(left.directory.state_folder() + "/redo-000001.log"));
    }
}

TEST_CASE("a second rewind goes back to the check that the first went back to") {
    LeftRun left;
    left.commit(0, kFirst);
    left.note(JournalType::check_begun, "2");
    left.note(JournalType::check_passed);
    left.note(JournalType::in_doubt, "another model");
    REQUIRE(left.rewind());
    left.go_on();
    left.commit(kFirst, written.size());
    left.note(JournalType::check_begun);
    left.note(JournalType::in_doubt, "the other model again");
    REQUIRE(left.rewind());
    const RecoveredRun run = left.recover().value();
    CHECK(run.canaries == 2);
    CHECK_FALSE(run.doubt);
    CHECK(run.files[0].target_bytes == kFirst);
}

TEST_CASE("a rewind of a run that no check passed in begins with its first commit, and anew") {
    LeftRun left;
    left.commit(0, kFirst);
    left.note(JournalType::check_begun, "8");
    left.note(JournalType::in_doubt, "two models");
    REQUIRE(left.rewind());
    const RecoveredRun run = left.recover().value();
    CHECK(run.canaries == 0);
    CHECK(run.files[0].stage == Stage::untouched);
    CHECK(run.files[0].target_bytes == 0);
    CHECK_FALSE(run.has_unvouched);
}

TEST_CASE("a rewind of a run that had not begun changes nothing") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.at("new"));
    const auto files = make_posix_file_system();
    REQUIRE(files->make_directories(directory.state_folder()));
    REQUIRE(Journal::create(*files, directory.journal(), std::string(32, 'a')));
    CHECK_FALSE(begin_of_run(*files, directory).value());
    REQUIRE(rewind_run(*files, directory));
    CHECK_FALSE(recover_run(*files, directory).value());
}

TEST_CASE("a sealed file whose part is gone has its final name, or is lost") {
    LeftRun left;
    left.seal();
    std::filesystem::remove(left.directory.part("faces.json"));
    SECTION("it has the name") {
        left.folder.write("new/faces.json", written);
        CHECK(left.recover().value().files[0].stage == Stage::renamed);
    }
    SECTION("it has none") {
        CHECK(left.recover().error().reason() == Reason::output_damaged);
    }
}

TEST_CASE("a sealed file that changed before it got its name is damage") {
    LeftRun left;
    left.seal(GENERATE(false, true));
    SECTION("as it was sealed") {
        CHECK(left.recover().value().files[0].stage == Stage::sealed);
    }
    SECTION("otherwise") {
        const char* const there =
            GENERATE("#irst|second", "fir#t|second", "first|#econd", "first|secondmore");
        left.folder.write("new/.ffdump/faces.json.part", there);
        CHECK(left.recover().error().reason() == Reason::output_damaged);
    }
}

TEST_CASE("a sealed file that has both names after a power loss keeps the final one") {
    LeftRun left;
    left.seal();
    SECTION("with the bytes that were sealed") {
        left.folder.write("new/faces.json", written);
        CHECK(left.recover().value().files[0].stage == Stage::renamed);
        CHECK_FALSE(left.has_part());
    }
    SECTION("another file of the name is none of the run's") {
        left.folder.write("new/faces.json", "first|SECOND");
        CHECK(left.recover().value().files[0].stage == Stage::sealed);
        CHECK(left.has_part());
    }
}

TEST_CASE("a retry begins its open file anew and keeps the complete one") {
    LeftRun left(true);
    left.commit(0, kFirst);
    SECTION("open") {
        const RecoveredRun run = left.recover().value();
        CHECK(run.files[0].stage == Stage::untouched);
        CHECK(run.files[0].target_bytes == 0);
    }
    SECTION("complete") {
        left.commit(kFirst, written.size());
        CHECK(left.recover().value().files[0].stage == Stage::complete);
    }
}

TEST_CASE("a retry that was interrupted again and again goes on") {
    LeftRun left(true);
    left.commit(0, kFirst);
    left.note(JournalType::interrupted);
    left.commit(0, kFirst);
    left.note(JournalType::interrupted);
    left.commit_all();
    CHECK(left.recover().value().files[0].stage == Stage::complete);
}

TEST_CASE("entries of the list that the disk has otherwise are damage, also those of long ago") {
    LeftRun left;
    left.list("one\n");
    left.commit(0, kFirst);
    left.list("two\n");
    left.commit(kFirst, written.size());
    SECTION("as it was written, with what came after the last commit") {
        left.list("three\n");
        CHECK(left.recover().value().failures.size() == 2);
    }
    SECTION("otherwise") {
        const std::string there = GENERATE("One\ntwo\n", "one\ntwo ", "one\ntw", "");
        left.folder.write("new/.ffdump/failures.jsonl.part", there);
        const Result<RecoveredRun> run = left.recover();
        REQUIRE_FALSE(run);
        CHECK(run.error().reason() == Reason::output_damaged);
    }
    SECTION("gone") {
        std::filesystem::remove(left.directory.failures_part());
        CHECK(left.recover().error().reason() == Reason::output_damaged);
    }
}

TEST_CASE("a retry's part of the list is never replaced by the list of the run before") {
    LeftRun left(true);
    left.list("new\n");
    left.seal();
    std::filesystem::rename(left.directory.part("faces.json"), left.directory.file("faces.json"));
    left.folder.write("new/.ffdump/failures.jsonl", "old\n");  // as many bytes
    const RecoveredRun run = left.recover().value();
    REQUIRE(run.all_in_place());
    REQUIRE(recover_failures(*left.files, left.directory, run));
    CHECK(file_bytes(left.directory.failures_part()) == "new\n");
    CHECK(file_bytes(left.directory.failures()) == "old\n");
}

TEST_CASE("the empty part of a retry that has not begun does not hide the list of the run") {
    LeftRun left;
    left.list("one\n");
    left.seal();
    std::filesystem::rename(left.directory.part("faces.json"), left.directory.file("faces.json"));
    std::filesystem::rename(left.directory.failures_part(), left.directory.failures());
    left.folder.write("new/.ffdump/failures.jsonl.part", "");
    SECTION("the list as it was") {
        const RecoveredRun run = left.recover().value();
        REQUIRE(recover_failures(*left.files, left.directory, run));
        CHECK(file_bytes(left.directory.failures_part()) == "one\n");
    }
    SECTION("a damaged one") {
        left.folder.write("new/.ffdump/failures.jsonl", "One\n");
        CHECK(left.recover().error().reason() == Reason::output_damaged);
    }
}

TEST_CASE("a finished file or list that has another size is damage") {
    LeftRun left;
    left.list("one\n");
    left.seal();
    std::filesystem::rename(left.directory.part("faces.json"), left.directory.file("faces.json"));
    left.note(JournalType::file_renamed, encode(FileRenamed{0}));
    std::filesystem::rename(left.directory.failures_part(), left.directory.failures());
    SECTION("as they were") {
        CHECK(left.recover().value().all_in_place());
    }
    SECTION("otherwise") {
        const bool is_list = GENERATE(false, true);
        const std::string path =
            is_list ? left.directory.failures() : left.directory.file("faces.json");
        std::ofstream(path, std::ios::app) << "more";
        const Result<RecoveredRun> run = left.recover();
        REQUIRE_FALSE(run);
        CHECK(run.error().reason() == Reason::output_damaged);
        CHECK(run.error().place().file == path);
    }
}

TEST_CASE("what any process of a run left out is known to the last") {
    LeftRun left;
    CHECK(left.recover().value().opt_outs.empty());
    LeftRun other;
    other.note(JournalType::interrupted, "no-canaries\nskip-bad-records");
    other.note(JournalType::interrupted, "no-canaries");
    other.note(JournalType::interrupted);
    CHECK((other.recover().value().opt_outs ==
           std::set<std::string>{"no-canaries", "skip-bad-records"}));
}

TEST_CASE("a run knows how many canaries are durable, after a rewind those that are vouched for") {
    LeftRun left;
    left.note(JournalType::canaries_kept, "3");
    left.note(JournalType::check_begun, "3");
    SECTION("kept, more of them since the check began") {
        left.note(JournalType::canaries_kept, "8");
        CHECK(left.recover().value().canaries == 8);
    }
    SECTION("rewound, as no check had passed") {
        left.note(JournalType::rewound, encode(RunRewound{.first = 2}));
        CHECK(left.recover().value().canaries == 0);
        left.go_on();
        left.note(JournalType::canaries_kept, "1");
        CHECK(left.recover().value().canaries == 1);
    }
    SECTION("rewound to a check that had passed") {
        left.note(JournalType::canaries_kept, "8");
        left.note(JournalType::check_passed);
        left.note(JournalType::rewound, encode(RunRewound{.first = 4}));
        CHECK(left.recover().value().canaries == 3);
    }
}

TEST_CASE("a folder of fetched images is no output directory") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.at("new"));
    const auto files = make_posix_file_system();
    folder.write("new/.ffdump/lock", "");
    CHECK(check_directory(*files, directory).has_value());
    folder.write("new/face.png", "");
    CHECK(check_directory(*files, directory).error().reason() == Reason::output_occupied);
    folder.write("new/.ffdump/journal", "");
    CHECK(check_directory(*files, directory).has_value());
}

TEST_CASE("a list of failures that has its name before the manifest came is the part again") {
    LeftRun left;
    left.seal();
    std::filesystem::rename(left.directory.part("faces.json"), left.directory.file("faces.json"));
    left.folder.write("new/.ffdump/failures.jsonl", "");
    const RecoveredRun run = left.recover().value();
    REQUIRE(run.all_in_place());
    REQUIRE(recover_failures(*left.files, left.directory, run));
    CHECK(left.files->exists(left.directory.failures_part()));
    CHECK_FALSE(left.files->exists(left.directory.failures()));
}

}  // namespace
}  // namespace ffdump

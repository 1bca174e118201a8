// SPDX-License-Identifier: Apache-2.0
#include "left_run.hpp"
#include "support/faulty_file_system.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace ffdump {
namespace {

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

/// What a retry left when all of its files had their names: its list, and that of the run before.
struct RetryBesideOldList : LeftRun {
    RetryBesideOldList() : LeftRun(true) {
        list("new\n");
        seal();
        std::filesystem::rename(directory.part("faces.json"), directory.file("faces.json"));
        folder.write("new/.ffdump/failures.jsonl", "old\n");  // as many bytes
    }
};

TEST_CASE("a retry's part of the list is never replaced by the list of the run before") {
    RetryBesideOldList left;
    const RecoveredRun run = left.recover().value();
    REQUIRE(run.all_in_place());
    REQUIRE(recover_failures(*left.files, left.directory, run, left.is_stopped));
    CHECK(file_bytes(left.directory.failures_part()) == "new\n");
    CHECK(file_bytes(left.directory.failures()) == "old\n");
}

TEST_CASE("a fault of the disk says nothing about whose list of failures it is") {
    RetryBesideOldList left;
    const RecoveredRun run = left.recover().value();
    FaultyFileSystem files(*left.files);
    for (std::uint64_t n = 1;; ++n) {
        files.fail_at(n, {.code = EIO});
        const Result<void> recovered =
            recover_failures(files, left.directory, run, left.is_stopped);
        REQUIRE(file_bytes(left.directory.failures_part()) == "new\n");
        REQUIRE(file_bytes(left.directory.failures()) == "old\n");
        if (!files.has_struck()) {
            CHECK(recovered);
            break;
        }
        CAPTURE(n);
        REQUIRE_FALSE(recovered);
        CHECK(recovered.error().reason() == Reason::output_unwritable);
    }
}

TEST_CASE("a fault of the disk is never told as a run or a journal that is not there") {
    LeftRun left;
    left.commit_all();
    REQUIRE(left.recover());
    FaultyFileSystem files(*left.files);
    files.count_only({FileOperation::look, FileOperation::list});
    const auto faults_of = [&files](const auto& call) {
        std::uint64_t n = 1;
        for (;; ++n) {
            files.fail_at(n, {.code = EIO});
            const auto answer = call();
            if (!files.has_struck()) {
                CHECK(answer);
                return n - 1;
            }
            CAPTURE(n);
            REQUIRE_FALSE(answer);
            CHECK(answer.error().reason() == Reason::output_unwritable);
            CHECK(answer.error().detail() == "made to fail: Input/output error");
        }
    };
    CHECK(faults_of([&] {
              return recover_run(files, left.directory, left.is_stopped).map([](const auto&) {});
          }) > 0);
    CHECK(faults_of([&] { return begin_of_run(files, left.directory); }) > 0);
    CHECK(faults_of([&] { return holds_run(files, left.directory); }) > 0);
    left.folder.write("new/foreign", "");
    CHECK(faults_of([&] { return check_directory(files, left.directory); }) > 3);
}

TEST_CASE("what is asked to stop while it reads back fails so, and finds all as it was later") {
    LeftRun left;
    left.list("{}\n");
    SECTION("a commit") {
        left.commit_all();
    }
    SECTION("a sealed file") {
        left.seal();
    }
    left.is_stopped = [] { return true; };
    CHECK(left.recover().error().reason() == Reason::interrupted);
    left.is_stopped = [] { return false; };
    CHECK(left.recover());
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
        REQUIRE(recover_failures(*left.files, left.directory, run, left.is_stopped));
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
    REQUIRE(recover_failures(*left.files, left.directory, run, left.is_stopped));
    CHECK(left.files->exists(left.directory.failures_part(), FilePurpose::reading).value());
    CHECK_FALSE(left.files->exists(left.directory.failures(), FilePurpose::reading).value());
}

}  // namespace
}  // namespace ffdump

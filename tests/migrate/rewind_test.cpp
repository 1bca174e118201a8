// SPDX-License-Identifier: Apache-2.0
#include "left_run.hpp"
#include "support/faulty_file_system.hpp"

#include <cerrno>
#include <filesystem>

namespace ffdump {

TEST_CASE("a rewind makes void what no check that passed vouches for") {
    LeftRun left;
    left.commit_all_with_check();
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
        CHECK_FALSE(
            left.files
                ->exists(left.directory.state_folder() + "/redo-000001.log", FilePurpose::reading)
                .value());
    }
}

TEST_CASE("a file that gave other bytes than in the survey is begun anew, vouched for or not") {
    LeftRun left;
    left.commit_all_with_check();
    REQUIRE(left.rewind(0));
    const RecoveredRun run = left.recover().value();
    CHECK(run.files[0].stage == Stage::untouched);
    CHECK(run.files[0].target_bytes == 0);
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

TEST_CASE("a rewind does not go back before a file that has its name") {
    LeftRun left;
    left.seal();
    left.note(JournalType::file_renamed, encode(FileRenamed{0}));
    std::filesystem::rename(left.directory.part("faces.json"), left.directory.file("faces.json"));
    left.note(JournalType::in_doubt, "a process without checks had put it there");
    REQUIRE(left.rewind());
    const RecoveredRun run = left.recover().value();
    CHECK_FALSE(run.doubt);
    CHECK(run.files[0].stage == Stage::renamed);
}

TEST_CASE("a rewind of a run that had not begun changes nothing") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.at("new"));
    const auto files = make_posix_file_system();
    REQUIRE(files->make_directories(directory.state_folder()));
    REQUIRE(Journal::create(*files, directory.journal(), std::string(32, 'a')));
    CHECK_FALSE(begin_of_run(*files, directory).value());
    REQUIRE(rewind_run(*files, directory));
    CHECK_FALSE(recover_run(*files, directory, [] { return false; }).value());
}

TEST_CASE("what a run was begun as is asked without a change to its journal") {
    LeftRun left;
    const std::string torn = file_bytes(left.directory.journal()) + "an append that was cut off";
    left.folder.write("new/.ffdump/journal", torn);
    FaultyFileSystem files(*left.files);
    files.count_only({FileOperation::open_append, FileOperation::open_update, FileOperation::write,
                      FileOperation::truncate, FileOperation::sync});
    CHECK(begin_of_run(files, left.directory).value().value().run_id == kRun);
    CHECK(files.counted() == 0);
    CHECK(file_bytes(left.directory.journal()) == torn);
}

TEST_CASE("a fault of the disk while a rewind lets go of a journal that it cut is told") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.at("new"));
    const auto below = make_posix_file_system();
    REQUIRE(below->make_directories(directory.state_folder()));
    REQUIRE(Journal::create(*below, directory.journal(), std::string(32, 'a')));
    FaultyFileSystem files(*below);
    files.count_only({FileOperation::close});
    files.fail_at(1, {.code = EIO});
    const Result<void> rewound = rewind_run(files, directory);
    REQUIRE_FALSE(rewound);
    CHECK(rewound.error().reason() == Reason::output_unwritable);
    CHECK(rewind_run(files, directory));
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
        const RecoveredRun run = left.recover().value();
        CHECK(run.canaries == 3);
        CHECK(run.vouched_canaries == 3);
    }
}

}  // namespace ffdump

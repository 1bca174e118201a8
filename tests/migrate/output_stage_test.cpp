// SPDX-License-Identifier: Apache-2.0
#include "output_stage.hpp"

#include "support/dump_reading.hpp"
#include "support/faulty_file_system.hpp"
#include "support/hash_of.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr const char* kRun = "0123456789abcdef0123456789abcdef";
using Call = std::pair<FileOperation, std::string>;  // and the file's name

/// One gallery of three records: the first has its new facen, the second has failed, the third is
/// under way.
class OutputFixture {
 public:
    OutputFixture() {
        REQUIRE(files->make_directories(directory.state_folder()));
        journal = Journal::create(calls, directory.journal(), kRun).value();
        FilePlan& file = plan.files.emplace_back();
        file.file.name = file.target_name = "faces.json";
        file.file.gallery = "faces";
        file.file.profile = builder_profile(Container::json_lines);
        for (const std::uint64_t id : {1, 2, 3}) {
            source += RecordBuilder(id).text() + "\n";
        }
        DripSource bytes(source);
        RecordReader reader(bytes, file.file.profile, "faces.json", {});
        REQUIRE(reader.next(work.block).value());
        work.fates.resize(3);
        work.open = 3;
        work.settle_changed(0, {1.0F, 0.0F}, 1);
        work.settle_failed(1, Error(Reason::image_missing, "gone"), 1);
        stage =
            std::make_unique<OutputStage>(calls, directory, plan, *journal, OutputStage::Limits{});
    }
    /// Begins a run, or goes on with one that has so many bytes durable.
    Result<void> begin(std::uint64_t part_bytes = 0, std::uint64_t failures_bytes = 0) {
        std::vector<FileProgress> progress(1);
        progress[0].target_bytes = part_bytes;
        if (part_bytes != 0) {
            progress[0].regions = {{0, part_bytes, ""}};
        }
        std::vector<WrittenRegion> listed;
        if (failures_bytes != 0) {
            listed.push_back({0, failures_bytes, ""});
        }
        return stage->resume(std::move(progress), std::move(listed));
    }
    /// What the disk was asked for since it was asked last.
    std::vector<Call> new_calls() {
        std::vector<Call> fresh;
        const std::vector<FileCall> all = calls.calls();
        for (; seen_ < all.size(); ++seen_) {
            fresh.emplace_back(all[seen_].operation, file_name_of(all[seen_].path));
        }
        return fresh;
    }
    [[nodiscard]] std::vector<JournalRecord> journal_records() {
        journal.reset();
        return Journal::recover(*files, directory.journal()).value().records;
    }
    [[nodiscard]] std::string part() const { return file_bytes(directory.part("faces.json")); }
    [[nodiscard]] std::string failures() const { return file_bytes(directory.failures_part()); }

    ScratchFolder folder;
    OutputDirectory directory{folder.at("new")};
    std::unique_ptr<FileSystem> files = make_posix_file_system();
    FaultyFileSystem calls{*files};
    MigrationPlan plan;
    std::string source;
    BlockWork work;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<OutputStage> stage;

 private:
    std::size_t seen_ = 0;
};

TEST_CASE_METHOD(OutputFixture,
                 "a commit is noted and synced when what it speaks of is on the disk") {
    REQUIRE(begin());
    REQUIRE_FALSE(stage->write(work).value());
    static_cast<void>(new_calls());
    REQUIRE(stage->commit({}));
    using enum FileOperation;
    CHECK(new_calls() == std::vector<Call>{{FileOperation::write, "failures.jsonl.part"},
                                           {FileOperation::write, "faces.json.part"},
                                           {sync, "faces.json.part"},
                                           {sync, "failures.jsonl.part"},
                                           {FileOperation::write, "journal"},
                                           {sync, "journal"}});
}

TEST_CASE_METHOD(OutputFixture,
                 "a commit speaks of the records that have a fate and of none behind them") {
    REQUIRE(begin());
    REQUIRE_FALSE(stage->write(work).value());
    REQUIRE(stage->commit({}));
    const std::vector<JournalRecord> records = journal_records();
    REQUIRE(records.size() == 1);
    const CommitEvent commit = decode_commit(records[0].payload).value();
    CHECK(commit.source_offset == source.find("{\"id\":3"));
    CHECK(commit.source_line == 3);
    CHECK(commit.source_ordinal == 2);
    CHECK(commit.emitted == 1);
    CHECK(commit.target_offset == part().size());
    CHECK(commit.region_begin == 0);
    CHECK(commit.region_hash == hash_of(part()));
    CHECK(commit.failures_offset == failures().size());
    CHECK(commit.failures_hash == hash_of(failures()));
    CHECK(commit.tally.source.count == 2);
    CHECK(commit.tally.target.count == 1);
    CHECK(commit.tally.failed.count == 1);
}

TEST_CASE_METHOD(OutputFixture, "what came after the last commit is cut off when a run goes on") {
    folder.write("new/.ffdump/faces.json.part", "durable, lost");
    folder.write("new/.ffdump/failures.jsonl.part", "listed\nlost");
    REQUIRE(begin(7, 7));
    REQUIRE_FALSE(stage->write(work).value());
    REQUIRE(stage->commit({}));
    CHECK(part().starts_with("durable{\"id\":1"));
    CHECK(failures().starts_with("listed\n{\"file\":\"faces.json\""));
}

TEST_CASE_METHOD(OutputFixture, "a file that is shorter than its commit says is damage") {
    folder.write("new/.ffdump/faces.json.part", "cut");
    folder.write("new/.ffdump/failures.jsonl.part", "cut");
    SECTION("a part") {
        REQUIRE(begin(7, 3));
        CHECK(stage->write(work).error().reason() == Reason::output_damaged);
    }
    SECTION("the list of failures") {
        CHECK(begin(3, 7).error().reason() == Reason::output_damaged);
    }
    CHECK(part() == "cut");
}

TEST_CASE_METHOD(OutputFixture, "a file's final name is durable when the journal speaks of it") {
    REQUIRE(begin());
    REQUIRE_FALSE(stage->write(work).value());
    REQUIRE(stage->commit({}));
    static_cast<void>(new_calls());
    REQUIRE(stage->rename_into_place(0, false));
    using enum FileOperation;
    CHECK(new_calls() == std::vector<Call>{{rename_new, "faces.json.part"},
                                           {sync_directory, "new"},
                                           {sync_directory, ".ffdump"},
                                           {FileOperation::write, "journal"},
                                           {sync, "journal"}});
}

TEST_CASE_METHOD(OutputFixture, "a file that has the final name already stays, but in a retry") {
    folder.write("new/faces.json", "somebody's");
    REQUIRE(begin());
    REQUIRE_FALSE(stage->write(work).value());
    REQUIRE(stage->commit({}));
    const std::string written = part();
    CHECK(stage->rename_into_place(0, false).error().reason() == Reason::output_occupied);
    CHECK(file_bytes(directory.file("faces.json")) == "somebody's");
    REQUIRE(stage->rename_into_place(0, true));
    CHECK(file_bytes(directory.file("faces.json")) == written);
}

TEST_CASE_METHOD(OutputFixture,
                 "a seal and a doubt are durable in the journal when they are told") {
    REQUIRE(begin());
    static_cast<void>(new_calls());
    using enum FileOperation;
    const std::vector<Call> noted{{FileOperation::write, "journal"}, {sync, "journal"}};
    REQUIRE(stage->record_sealed(0, {7, std::string(64, 'a')}));
    CHECK(new_calls() == noted);
    REQUIRE(stage->check_failed("another model"));
    CHECK(new_calls() == noted);
    const std::vector<JournalRecord> records = journal_records();
    REQUIRE(records.size() == 2);
    CHECK(records[0].type == JournalType::file_sealed);
    CHECK(records[1].type == JournalType::in_doubt);
    CHECK(records[1].payload == "another model");
}

TEST_CASE_METHOD(OutputFixture, "the list of failures is synced before it is closed") {
    REQUIRE(begin());
    REQUIRE_FALSE(stage->write(work).value());
    REQUIRE(stage->commit({}));
    static_cast<void>(new_calls());
    REQUIRE(stage->finish_failures());
    using enum FileOperation;
    CHECK(new_calls() == std::vector<Call>{{sync, "failures.jsonl.part"},
                                           {FileOperation::close, "failures.jsonl.part"}});
}

TEST_CASE("output does not seal a file whose head cannot state the number of its records") {
    OutputFixture run;
    run.plan.files[0].file.profile = builder_profile(Container::msgpack_array);
    std::vector<FileProgress> progress(1);
    progress[0].splicer.head = "\x92";  // an array of two, in one byte
    progress[0].splicer.emitted = 16;   // which has room for 15
    REQUIRE(run.stage->resume(std::move(progress), {}));
    CHECK_FALSE(run.stage->head_to_seal(0));
}

}  // namespace
}  // namespace ffdump

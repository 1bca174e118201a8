// SPDX-License-Identifier: Apache-2.0
#include "time_keeper.hpp"

#include "support/faulty_file_system.hpp"
#include "support/kept_lines.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

using std::chrono::milliseconds;

class MovedClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override { return time; }
    [[nodiscard]] WallTime wall() const override { return WallTime(std::chrono::hours(9)); }
    Instant time{std::chrono::hours(1)};
};

struct CountingObserver final : MigrationObserver {
    void progress(const Progress& progress) override { last = progress.done; }
    std::uint64_t last = 0;
};

/// A run that reports its progress.
class Watched {
 public:
    [[nodiscard]] TimeKeeper keeper(const std::string& run = std::string(32, 'a')) {
        return {{files, clock, log, observer}, path, run};
    }
    void report(TimeKeeper& keeper, milliseconds later, std::uint64_t done,
                std::uint64_t failures) {
        clock.time += later;
        Progress progress;
        progress.done = done;
        progress.failed = failures;
        keeper.progress(progress);
    }
    [[nodiscard]] Result<TimeLine> saved() { return load_time_line(files, path); }

    ScratchFolder folder;
    std::unique_ptr<FileSystem> disk = make_posix_file_system();
    FaultyFileSystem files{*disk};
    MovedClock clock;
    KeptLines lines;
    Log log{lines, clock, LogLevel::info, LogFormat::text};
    CountingObserver observer;
    std::string path = folder.at("timeline");
};

}  // namespace

TEST_CASE("the time line has what was done since the process began, by the time it was done") {
    Watched watched;
    TimeKeeper keeper = watched.keeper();
    watched.report(keeper, milliseconds(0), 1000, 10);  // an earlier process's
    watched.report(keeper, milliseconds(100), 1007, 11);
    watched.report(keeper, milliseconds(500), 1010, 11);
    CHECK(watched.observer.last == 1010);
    CHECK_FALSE(watched.saved());
    keeper.save();
    const TimeLine line = watched.saved().value();
    REQUIRE(line.stretches.size() == 1);
    CHECK(line.stretches[0].started == "1970-01-01T09:00:00.000Z");
    CHECK((line.stretches[0].steps == std::vector<TimeLine::Step>{{7, 1}, {0, 0}, {3, 0}}));
}

TEST_CASE("the time line is written every ten seconds, and nothing is synced for it") {
    Watched watched;
    TimeKeeper keeper = watched.keeper();
    for (std::uint64_t i = 0; i <= 35; ++i) {
        watched.report(keeper, milliseconds(1000), i, 0);
    }
    int written = 0;
    for (const FileCall& call : watched.files.calls()) {
        CHECK(call.operation != FileOperation::sync);
        CHECK(call.operation != FileOperation::sync_directory);
        written += call.operation == FileOperation::rename ? 1 : 0;
    }
    CHECK(written == 3);
}

TEST_CASE("several runs of one migration each have their stretch") {
    Watched watched;
    for (const char run : {'a', 'a', 'b'}) {
        TimeKeeper keeper = watched.keeper(std::string(32, run));
        watched.report(keeper, milliseconds(0), 5, 0);
        watched.report(keeper, milliseconds(10), 6, 0);
        keeper.save();
    }
    const TimeLine line = watched.saved().value();
    REQUIRE(line.stretches.size() == 3);
    CHECK(line.stretches[0].run_id == line.stretches[1].run_id);
    CHECK(line.stretches[2].run_id == std::string(32, 'b'));
}

TEST_CASE("no fault of the time line's file reaches the run, and no damage is taken over") {
    const auto times = GENERATE(FileFault::Times::once, FileFault::Times::for_good);
    std::uint64_t n = 0;
    for (bool is_over = false; !is_over;) {
        Watched watched;
        watched.folder.write("timeline", time_line_text({}).substr(1));
        watched.files.fail_at(++n, {Reason::disk_full, 28, times, FileFault::Torn::yes});
        TimeKeeper keeper = watched.keeper();
        watched.report(keeper, milliseconds(0), 1, 0);
        watched.report(keeper, milliseconds(20000), 2, 0);
        CHECK(watched.observer.last == 2);
        is_over = !watched.files.has_struck();
        watched.files.heal();
        CAPTURE(n);
        keeper.save();
        CHECK(watched.saved().value().stretches.size() == 1);
        CHECK(watched.lines.lines.empty());
    }
    CHECK(n > 6);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "stall_watch.hpp"

#include "support/kept_lines.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

TEST_CASE("a run that does not move says what it waits for, ever more rarely") {
    KeptLines kept;
    const SystemClock clock;
    Log log(kept, clock, LogLevel::info, LogFormat::text);
    StallWatch watch(log);
    const Clock::Instant begin{std::chrono::hours(1)};
    const auto what = [] { return std::string("2 images, the oldest for 9s"); };
    for (int second = 0; second < 100; ++second) {
        watch.turn(begin + std::chrono::seconds(second), 5, what);
    }
    REQUIRE(kept.lines.size() == 4);  // after 10, 20, 40 and 80 seconds
    CHECK(kept.lines[0].find("no record was finished for 10.0s; awaited: 2 images, the oldest "
                             "for 9s") != std::string::npos);
    watch.turn(begin + std::chrono::seconds(100), 6, what);
    watch.turn(begin + std::chrono::seconds(109), 6, what);
    CHECK(kept.lines.size() == 4);
    watch.turn(begin + std::chrono::seconds(110), 6, what);
    CHECK(kept.lines.size() == 5);
}

TEST_CASE("what is awaited is told with the record that waits longest") {
    MigrationPlan plan;
    plan.files.emplace_back();
    plan.files.back().file.gallery = "faces";
    BlockWork work;
    work.block.spans.resize(2);
    work.block.spans[1].id = {7};
    const Clock::Instant now{std::chrono::hours(1)};
    Awaited awaited;
    CHECK(awaited_text("image", awaited, plan, now).empty());
    awaited.note(now - std::chrono::seconds(2), Ticket{&work, 0, 0});
    awaited.note(now - std::chrono::seconds(12), Ticket{&work, 1, 0});
    awaited.note(now, std::nullopt);
    CHECK(awaited_text("image", awaited, plan, now) ==
          "3 images, the oldest for 12.0s (faces, record 7)");
}

}  // namespace
}  // namespace ffdump

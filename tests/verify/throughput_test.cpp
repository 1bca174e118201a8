// SPDX-License-Identifier: Apache-2.0
#include "dump_pair.hpp"

#include "ffdump/journal/output_directory.hpp"
#include "ffdump/journal/time_line.hpp"

#include <catch2/catch.hpp>

#include <fstream>

namespace ffdump {
namespace {

class TimedPair {
 public:
    void write(const std::string& text) const {
        std::ofstream(OutputDirectory(pair.options.to).time_line()) << text;
    }
    [[nodiscard]] TimeLine line(const std::string& run) const {
        TimeLine line;
        line.begin(std::string(32, '0'), "2026-11-27T12:00:00Z");
        line.add(std::chrono::milliseconds(600), {50, 2});
        line.begin(run, "2026-11-27T12:30:00Z");
        line.add(std::chrono::milliseconds(300), {10, 0});
        return line;
    }
    DumpPair pair{DumpPair::usual_tables()};
};

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the page shows throughput over time, each process in a row of its own") {
    const TimedPair timed;
    timed.write(time_line_text(timed.line(timed.pair.manifest.run_id)));
    const VerifyReport report = timed.pair.verify();
    CHECK(report.restorable);
    REQUIRE(report.time_line);
    const std::string page = render_html(report);
    CHECK(holds(page, "Throughput over time"));
    CHECK(holds(page, "2026-11-27T12:00:00Z"));
    CHECK(holds(page, "2026-11-27T12:30:00Z"));
    // 50 records in the third quarter of a second; five steps in all.
    CHECK(holds(page, "200 at most"));
    CHECK_FALSE(holds(page, "throughput over time:"));
}

TEST_CASE("a time line that is missing, damaged or another run's is told as missing, no more") {
    const TimedPair timed;
    const std::string good = time_line_text(timed.line(timed.pair.manifest.run_id));
    std::string why = "the new dump came without .ffdump/timeline";
    SECTION("missing") {}
    SECTION("damaged") {
        timed.write(good.substr(0, 20) + "7" + good.substr(21));
        why = ".ffdump/timeline cannot be used: the time line: it does not match its own checksum";
    }
    SECTION("empty") {
        timed.write("");
        why = ".ffdump/timeline cannot be used: the time line: it has not the length of one";
    }
    SECTION("too large") {
        timed.write(std::string(1U << 20U, ' '));
        why = ".ffdump/timeline cannot be used: the file has more than 65536 bytes";
    }
    SECTION("another run's") {
        timed.write(time_line_text(timed.line(std::string(32, 'f'))));
        why = ".ffdump/timeline is of another run";
    }
    const VerifyReport report = timed.pair.verify();
    CHECK(report.restorable);
    CHECK(report.findings.empty());
    CHECK_FALSE(report.time_line);
    CHECK(report.no_time_line == why);
    const std::string page = render_html(report);
    CHECK_FALSE(holds(page, "Throughput over time"));
    CHECK(holds(page, "throughput over time: " + why));
}

}  // namespace ffdump

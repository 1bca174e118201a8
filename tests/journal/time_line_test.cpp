// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/time_line.hpp"

#include "support/scratch_folder.hpp"

#include "ffdump/base/random.hpp"
#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

namespace ffdump {
namespace {

using std::chrono::milliseconds;

const std::string kRun(32, 'a');
constexpr const char* kStarted = "2026-11-27T12:00:00Z";

TimeLine::Step total(const TimeLine& line) {
    TimeLine::Step sum;
    for (const TimeLine::Stretch& stretch : line.stretches) {
        for (const TimeLine::Step& step : stretch.steps) {
            sum = {sum.records + step.records, sum.failed + step.failed};
        }
    }
    return sum;
}

std::size_t steps(const TimeLine& line) {
    std::size_t count = 0;
    for (const TimeLine::Stretch& stretch : line.stretches) {
        count += stretch.steps.size();
    }
    return count;
}

TimeLine usual_line() {
    TimeLine line;
    line.begin(kRun, kStarted);
    line.add(milliseconds(100), {5, 1});
    line.add(milliseconds(900), {7, 0});
    line.begin(std::string(32, 'b'), "2026-11-27T13:00:00.123Z");
    line.add(milliseconds(0), {1, 1});
    return line;
}

/// With a checksum that fits.
Result<TimeLine> parse(const std::string& document) {
    const std::string text = document + "\n";
    return parse_time_line(text + sha256_hex(text) + "\n");
}

std::string document(const std::string& step, const std::string& stretches) {
    return R"({"ffdump_timeline":1,"step_ms":)" + step + R"(,"stretches":[)" + stretches + "]}";
}

std::string stretch(const std::string& steps_text, const std::string& run = kRun,
                    const std::string& started = kStarted) {
    return R"({"run_id":")" + run + R"(","started":")" + started + R"(","steps":)" + steps_text +
           "}";
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += (i == 0 ? "" : ",") + text;
    }
    return out;
}

}  // namespace

TEST_CASE("a time line comes back as it was saved, in a file for its owner alone") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.at("timeline");
    for (const TimeLine& line : {usual_line(), TimeLine()}) {
        REQUIRE(save_time_line(*files, path, line));
        CHECK((load_time_line(*files, path).value() == line));
        CHECK_FALSE(files->exists(temporary_of(path), FilePurpose::reading).value());
        struct stat status{};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0600);
    }
}

TEST_CASE("steps hold what was done in them, each process in a stretch of its own") {
    const TimeLine line = usual_line();
    REQUIRE(line.stretches.size() == 2);
    CHECK((line.stretches[0].steps == std::vector<TimeLine::Step>{{5, 1}, {0, 0}, {0, 0}, {7, 0}}));
    CHECK((line.stretches[1].steps == std::vector<TimeLine::Step>{{1, 1}}));
}

TEST_CASE("however long and often a migration runs, its time line stays small and loses nothing") {
    const auto seed = GENERATE(1U, 2U, 3U);
    CAPTURE(seed);
    Random random(seed);
    TimeLine line;
    TimeLine::Step sum;
    for (int process = 0; process < 100; ++process) {
        line.begin(kRun, kStarted);
        milliseconds since{0};
        const std::uint64_t longest = 1ULL << (random.bits() % 32);
        for (int i = 0; i < 50; ++i) {
            since += milliseconds(random.bits() % longest);
            const TimeLine::Step done{random.bits() % 1000 + 10, random.bits() % 10};
            line.add(since, done);
            sum = {sum.records + done.records, sum.failed + done.failed};
        }
        REQUIRE(line.stretches.size() <= TimeLine::kMostStretches);
        REQUIRE(steps(line) <= TimeLine::kMostSteps);
    }
    CHECK((total(line) == sum));
    CHECK(time_line_text(line).size() < 20'000);
    CHECK((parse_time_line(time_line_text(line)).value() == line));
}

TEST_CASE("a clock that stands or jumps far costs a time line no records") {
    TimeLine line;
    line.begin(kRun, kStarted);
    for (const auto since : {milliseconds::max(), milliseconds::min(), milliseconds(0)}) {
        line.add(since, {1, 0});
    }
    CHECK(total(line).records == 3);
    CHECK((parse_time_line(time_line_text(line)).value() == line));
}

TEST_CASE("a time line that is cut anywhere or has any bit changed is refused") {
    const std::string text = time_line_text(usual_line());
    for (std::size_t at = 0; at < text.size(); ++at) {
        CAPTURE(at);
        REQUIRE_FALSE(parse_time_line(text.substr(0, at)));
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
            REQUIRE_FALSE(parse_time_line(damaged));
        }
    }
}

TEST_CASE("a time line with a checksum that fits is held to its bounds all the same") {
    REQUIRE(parse(document("250", stretch("[[2,1]]"))));
    for (const std::string& bad :
         {document("249", stretch("[[2,1]]")), document("-1", ""), document("1099511627777", ""),
          document("1e300", ""), document("250", stretch("[[1,2]]")),
          document("250", stretch("[[2]]")), document("250", stretch("[[2,1,0]]")),
          document("250", stretch("[[-2,1]]")), document("250", stretch("[[2.5,1]]")),
          document("250", stretch("{}")), document("250", stretch("[[17592186044417,1]]")),
          document("250", stretch("[]", "short")), document("250", stretch("[]", kRun, "today")),
          document("250", repeated(stretch("[]"), TimeLine::kMostStretches + 1)),
          document("250", stretch("[" + repeated("[1,0]", TimeLine::kMostSteps + 1) + "]")),
          std::string(R"({"ffdump_timeline":2,"step_ms":250,"stretches":[]})"), std::string("[]"),
          std::string("{}"), std::string()}) {
        CAPTURE(bad);
        const Result<TimeLine> line = parse(bad);
        REQUIRE_FALSE(line);
        CHECK(line.error().reason() == Reason::journal_damaged);
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <functional>

namespace ffdump {
namespace {

/// More than is read ahead, so that the end of the source is read when it has changed already.
constexpr std::size_t kRecords = 480;
constexpr std::size_t kPadding = 8192;
const Arguments read_little_ahead{"--set", "ffdump.limits.window_bytes=1MiB"};

void append_record(const std::string& path) {
    std::ofstream(path, std::ios::app) << MadeDump::record(kRecords + 1) << "\n";
}

/// The same bytes, but whoever wrote them may have written others.
void touch(const std::string& path) {
    std::filesystem::last_write_time(
        path, std::filesystem::last_write_time(path) - std::chrono::seconds(5));
}

}  // namespace

TEST_CASE("a source that changes during the run is noticed") {
    const std::function<void(const std::string&)> change = GENERATE(append_record, touch);
    const MadeDump dump(kRecords, kPadding);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    ChildProcess child(ffdump_command(dump.migrate(service, "new", read_little_ahead)));
    REQUIRE(wait_for_requests(service, 5));
    change(dump.at("dump/faces.json"));
    const auto end = child.wait();
    REQUIRE(end);
    INFO(end->err);
    CHECK(end->code == 4);
    CHECK(has(end->err, "source_changed"));
    CHECK(has(end->err, "faces.json"));
    CHECK_FALSE(std::filesystem::exists(dump.at("new/faces.json")));
    CHECK_FALSE(std::filesystem::exists(dump.at("new/.ffdump/manifest.json")));
}

}  // namespace ffdump

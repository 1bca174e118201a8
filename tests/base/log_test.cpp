// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/log.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

class Lines final : public LineSink {
 public:
    void line(std::string_view text) override { lines.emplace_back(text); }
    std::vector<std::string> lines;
};

class FixedClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override { return {}; }
    [[nodiscard]] WallTime wall() const override {
        return WallTime(std::chrono::milliseconds(1795507200007));
    }
};

TEST_CASE("log in text shows level, message and fields, and escapes them") {
    Lines sink;
    const FixedClock clock;
    Log log(sink, clock, LogLevel::info, LogFormat::text);
    log.debug("not shown");
    log.info("started", {{"files", "3"}});
    log.warning("odd\nname", {{"file", "a\x1b"}});
    CHECK(sink.lines == std::vector<std::string>{"ffdump: started files=3",
                                                 "ffdump: warning: odd\\x0aname file=a\\x1b"});
}

TEST_CASE("log in JSON is one well-formed object a line") {
    Lines sink;
    const FixedClock clock;
    Log log(sink, clock, LogLevel::debug, LogFormat::json);
    log.error(R"(a "b" \)", {{"file", R"(x"y)"}});
    CHECK(
        sink.lines.at(0) ==
        R"({"time":"2026-11-24T08:00:00.007Z","level":"error","message":"a \"b\" \\","file":"x\"y"})");
}

TEST_CASE("durations are written for people") {
    using namespace std::chrono_literals;
    CHECK(duration_text(120ms) == "120ms");
    CHECK(duration_text(8200ms) == "8.2s");
    CHECK(duration_text(252s) == "4m 12s");
    CHECK(duration_text(3900s) == "1h 05m");
    CHECK(duration_text(51h) == "2d 3h");
}

}  // namespace
}  // namespace ffdump

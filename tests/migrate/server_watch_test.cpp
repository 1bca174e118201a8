// SPDX-License-Identifier: Apache-2.0
#include "server_watch.hpp"

#include "support/kept_lines.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {
namespace {

class TwoServers final : public Extractor {
 public:
    void extract(const ExtractionTarget&, std::vector<SharedBytes>, BatchDone) override {}
    [[nodiscard]] std::string describe() const override { return "one, two"; }
    [[nodiscard]] std::vector<std::string> servers() const override { return {"one", "two"}; }
    [[nodiscard]] bool serves(std::size_t server) const override { return !out.at(server); }
    [[nodiscard]] std::uint64_t returns(std::size_t server) const override {
        return came_back.at(server);
    }
    [[nodiscard]] std::optional<Error> fault_of(std::size_t server) const override {
        return faults.at(server);
    }
    std::array<bool, 2> out{};
    std::array<std::uint64_t, 2> came_back{};
    std::array<std::optional<Error>, 2> faults;
};

struct Watched {
    KeptLines kept;
    SystemClock clock;
    Log log{kept, clock, LogLevel::info, LogFormat::text};
    TwoServers servers;
    ServerWatch watch{servers, log};
};

TEST_CASE("a server that is left out is told once, and once when it answers again") {
    Watched all;
    CHECK_FALSE(all.watch.turn());
    CHECK(all.kept.lines.empty());
    all.servers.out[1] = true;
    all.servers.faults[1] = Error(Reason::connection_failed, "refused by the machine");
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(all.watch.turn());
    }
    REQUIRE(all.kept.lines.size() == 1);
    CHECK(all.kept.lines[0].find("warning") != std::string::npos);
    CHECK(all.kept.lines[0].find("two is left out until it answers: refused by the machine") !=
          std::string::npos);
    all.servers.out[1] = false;
    all.servers.faults[1].reset();
    all.servers.came_back[1] = 1;
    CHECK(all.watch.turn());
    CHECK_FALSE(all.watch.turn());
    REQUIRE(all.kept.lines.size() == 2);
    CHECK(all.kept.lines[1].find("two answers again") != std::string::npos);
}

TEST_CASE("a server that came and went between two looks is told as one that may have changed") {
    Watched all;
    CHECK_FALSE(all.watch.turn());
    all.servers.came_back[0] = 1;
    CHECK(all.watch.turn());
    CHECK_FALSE(all.watch.turn());
}

TEST_CASE("servers refuse together when each says so, in whatever order") {
    Watched all;
    CHECK_FALSE(all.watch.each_refuses());
    for (const std::size_t first : {0U, 1U}) {
        all.servers.faults = {};
        all.servers.faults.at(first) = Error(Reason::service_refuses, "status 404");
        CHECK_FALSE(all.watch.each_refuses());
        all.servers.faults.at(1 - first) = Error(Reason::connection_failed, "refused");
        CHECK_FALSE(all.watch.each_refuses());
        all.servers.faults.at(1 - first) = Error(Reason::service_refuses, "status 401");
        CHECK(all.watch.each_refuses());
    }
}

}  // namespace
}  // namespace ffdump

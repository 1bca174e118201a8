// SPDX-License-Identifier: Apache-2.0
#include "support/simulator.hpp"

#include "support/raw_client.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace ffdump {

namespace {

constexpr std::string_view kImageGet = "GET /uploads/x HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("a simulator starts again on the same port with its log going on") {
    Simulator simulator;
    const std::uint16_t port = simulator.port();
    CHECK(port != 0);
    CHECK(simulator.url() == "http://127.0.0.1:" + std::to_string(port));
    CHECK(RawClient(port).ask(kImageGet).status == 404);

    CHECK(simulator.kill().signal == SIGKILL);
    CHECK_FALSE(simulator.is_running());
    CHECK_THROWS(RawClient(port));

    simulator.restart(std::vector<std::string>{"--fault", "image-500"});
    CHECK(simulator.port() == port);
    CHECK(RawClient(port).ask(kImageGet).status == 500);
    CHECK(simulator.count("image") == 2);
    CHECK(simulator.stop().code == 0);
}

TEST_CASE("a simulator that cannot start says why") {
    CHECK_THROWS_WITH(Simulator({"--fault", "resett"}),
                      Catch::Contains("unknown fault kind 'resett'; did you mean 'reset'?"));
}

}  // namespace ffdump

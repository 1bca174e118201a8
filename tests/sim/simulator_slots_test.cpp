// SPDX-License-Identifier: Apache-2.0
#include "extraction_dialogue.hpp"
#include "support/scratch_folder.hpp"
#include "support/simulator.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace ffdump {

namespace {

/// Sends one request on each of `count` connections before it reads any answer.
std::vector<int> statuses_at_once(std::uint16_t port, std::size_t count) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawClient>(port));
        clients.back()->send(v1_request({face_png(i)}));
    }
    std::vector<int> statuses;
    statuses.reserve(count);
    for (const auto& client : clients) {
        statuses.push_back(client->receive().status);
    }
    return statuses;
}

}  // namespace

TEST_CASE("requests beyond the slots wait, and the log shows it") {
    const Simulator simulator({"--slots", "2", "--delay-ms", "30"});
    const auto begin = std::chrono::steady_clock::now();
    CHECK(statuses_at_once(simulator.port(), 8) == std::vector<int>(8, 200));
    CHECK(std::chrono::steady_clock::now() - begin >= 115ms);
    std::size_t waited = 0;
    for (const nlohmann::json& line : simulator.log("extract")) {
        CHECK(line.at("in_flight") <= 2);
        waited += line.at("waited_us") > 10000 ? 1 : 0;
    }
    CHECK(waited >= 5);
}

TEST_CASE("the delay grows with the number of images") {
    const Simulator simulator({"--delay-ms", "10", "--delay-per-image-ms", "20"});
    RawClient client(simulator.port());
    const auto begin = std::chrono::steady_clock::now();
    CHECK(client.ask(v1_request({face_png(1), face_png(2), face_png(3)})).status == 200);
    CHECK(std::chrono::steady_clock::now() - begin >= 70ms);
}

TEST_CASE("SIGTERM ends the double at once, whatever it is doing") {
    Simulator simulator({"--slots", "1", "--delay-ms", "3600000", "--fault", "hang@1-1", "--fault",
                         "slow-body@2-2"});
    RawClient hanging(simulator.port());
    hanging.send(v1_request({face_png(1)}));
    RawClient working(simulator.port());
    working.send(v1_request({face_png(2)}));
    RawClient waiting(simulator.port());
    waiting.send(v1_request({face_png(3)}));
    const RawClient idle(simulator.port());
    const ChildEnd end = simulator.stop();
    CHECK(end.code == 0);
    CHECK_THAT(end.err, Catch::Contains("TEST DOUBLE"));
    CHECK(hanging.receive().status == 0);
    CHECK(working.receive().status == 0);
    CHECK(waiting.receive().status == 0);
}

TEST_CASE("the port file holds the port once it exists") {
    const ScratchFolder scratch;
    const Simulator simulator({"--port-file", scratch.at("port")});
    CHECK(file_bytes(scratch.at("port")) == std::to_string(simulator.port()) + "\n");
    CHECK(tree_bytes(scratch.path()).size() == 1);
}

TEST_CASE("with --exit-with-parent the double ends when its parent is killed") {
    // The shell is the parent; the double is put into a session of its own, so that only the
    // parent's death can end it, and reports its end through the pipe that it holds.
    const ScratchFolder scratch;
    const std::string script = "setsid " + Simulator::program() +
                               " --exit-with-parent & echo $!; "
                               "wait";
    ChildProcess parent({"/bin/sh", {"-c", script}, {}, {}, {}});
    REQUIRE(parent.wait_for_out("listening"));
    parent.send_signal(SIGKILL);
    const auto end = parent.wait(30000ms);
    REQUIRE(end);  // the output came to its end: nobody holds the pipe any more
    CHECK(end->signal == SIGKILL);
}

TEST_CASE("a port that is taken is an error") {
    const Simulator first;
    const ChildEnd end =
        run_child({Simulator::program(), {"--port", std::to_string(first.port())}, {}, {}, {}});
    CHECK(end.code == 6);
    CHECK_THAT(end.err, Catch::Contains("cannot listen on 127.0.0.1:"));
}

}  // namespace ffdump

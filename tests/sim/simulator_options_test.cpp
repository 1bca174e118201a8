// SPDX-License-Identifier: Apache-2.0
#include "simulator_options.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace ffdump {

TEST_CASE("the help says that this is a test double and names every fault") {
    const ParsedOptions parsed = parse_options({"--help"});
    CHECK(parsed.exit_code == 0);
    CHECK_THAT(parsed.text, Catch::Contains("TEST DOUBLE of findface-extraction-api"));
    for (const std::string& word : fault_words()) {
        INFO(word);
        const bool prefixed = word.starts_with("image-");
        CHECK(parsed.text.find(prefixed ? word.substr(6) : word) != std::string::npos);
    }
    CHECK_THAT(parse_options({"--version"}).text, Catch::Contains("test double"));
}

TEST_CASE("options come as they are given") {
    const ParsedOptions parsed = parse_options({"--port",
                                                "1234",
                                                "--model",
                                                "kiwi_320",
                                                "--dimension",
                                                "320",
                                                "--slots",
                                                "4",
                                                "--delay-ms",
                                                "2.5",
                                                "--delay-per-image-ms",
                                                "1",
                                                "--response-key",
                                                "response",
                                                "--v2-nesting",
                                                "attributes",
                                                "--seed",
                                                "9",
                                                "--fault",
                                                "500@1-2",
                                                "--fault",
                                                "reset",
                                                "--poison-sha256",
                                                std::string(64, 'A'),
                                                "--poison-status",
                                                "500",
                                                "--reject-over-images",
                                                "4",
                                                "--exit-with-parent"});
    REQUIRE(parsed.exit_code == -1);
    const SimulatorOptions& options = parsed.options;
    CHECK(options.port == 1234);
    CHECK(options.model == "kiwi_320");
    CHECK(options.dimension == 320);
    CHECK(options.slots == 4);
    CHECK(options.delay == 2500us);
    CHECK(options.delay_per_image == 1ms);
    CHECK(options.response_key == "response");
    CHECK(options.v2_nested_attributes);
    CHECK(options.seed == 9);
    REQUIRE(options.faults.size() == 2);
    CHECK(options.faults[1].kind == FaultKind::reset);
    CHECK(options.poison_sha256 == std::vector<std::string>{std::string(64, 'a')});
    CHECK(options.poison_status == 500);
    CHECK(options.reject_over_images == 4);
    CHECK(options.exit_with_parent);
}

TEST_CASE("mistakes on the command line are usage errors") {
    const std::vector<std::vector<std::string>> lines{
        {"--port", "65536"},
        {"--dimension", "0"},
        {"--dimension", "16385"},
        {"--delay-ms", "-1"},
        {"--response-key", "answers"},
        {"--fault", "nonsense"},
        {"--fault"},
        {"--poison-sha256", "abc"},
        {"--images", "/nonexistent"},
        {"--unknown"},
        {"positional"},
    };
    for (const auto& line : lines) {
        INFO(line.front() << " " << line.back());
        const ParsedOptions parsed = parse_options(line);
        CHECK(parsed.exit_code == 2);
        CHECK_THAT(parsed.text, Catch::StartsWith("ffdump-extraction-sim: "));
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// The command line of ffdump-extraction-sim, checked.
struct SimulatorOptions {
    std::uint16_t port = 0;
    std::string port_file;
    bool exit_with_parent = false;

    std::string model = "jackfruit_480";
    std::size_t dimension = 480;
    std::string response_key = "responses";  ///< `response` in the vendor's prose
    bool v2_nested_attributes = false;       ///< the embedding stands under `attributes`

    std::size_t slots = 0;
    bool saturates_softly = false;
    std::chrono::microseconds delay{0};
    std::chrono::microseconds delay_per_image{0};
    std::size_t max_body_bytes = std::size_t{64} << 20U;

    std::string images;  ///< folder behind /uploads/; empty = none
    std::string log;     ///< JSON lines; empty = none

    std::uint64_t seed = 1;
    std::vector<FaultRule> faults;
    std::vector<std::string> poison_sha256;
    int poison_status = 400;
    std::size_t reject_over_images = 0;  ///< 0 = any number is taken
};

/// What the command line came to.
struct ParsedOptions {
    SimulatorOptions options;
    int exit_code = -1;  ///< 0 after --help and --version, 2 after a mistake; -1 = run
    std::string text;    ///< for stdout (0) or stderr (2)
};

[[nodiscard]] ParsedOptions parse_options(const std::vector<std::string>& arguments);

}  // namespace ffdump

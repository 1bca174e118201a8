// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ffdump {

// Parsers that are fed with bytes of anybody's making. A harness says nothing of what the parser
// makes of them: it ends the process when something does not hold that must hold of any bytes. A
// first byte may choose among layouts. Each has seeds in fixtures/fuzz/seeds, and what was found in
// fixtures/fuzz/finds; CONTRIBUTING.md says how to add one.

void fuzz_configuration(std::string_view input);
void fuzz_extraction_answer(std::string_view input);
void fuzz_image_header(std::string_view input);
void fuzz_json_records(std::string_view input);
void fuzz_layout_profile(std::string_view input);
void fuzz_msgpack_records(std::string_view input);
void fuzz_recognition(std::string_view input);
void fuzz_s3_list_page(std::string_view input);
void fuzz_unpacking(std::string_view input);

struct FuzzHarness {
    std::string_view name;
    void (*run)(std::string_view input);
};

inline constexpr std::array<FuzzHarness, 9> kFuzzHarnesses = {{
    {"configuration", fuzz_configuration},
    {"extraction_answer", fuzz_extraction_answer},
    {"image_header", fuzz_image_header},
    {"json_records", fuzz_json_records},
    {"layout_profile", fuzz_layout_profile},
    {"msgpack_records", fuzz_msgpack_records},
    {"recognition", fuzz_recognition},
    {"s3_list_page", fuzz_s3_list_page},
    {"unpacking", fuzz_unpacking},
}};

/// Ends the process as a crash does when `holds` is false.
inline void must_hold(bool holds, const char* what) {
    if (!holds) {
        fmt::print(stderr, "does not hold: {}\n", what);
        std::abort();
    }
}

/// Takes the byte that chooses off the front; 0 when there is none.
inline unsigned take_choice(std::string_view& input) {
    if (input.empty()) {
        return 0;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return choice;
}

}  // namespace ffdump

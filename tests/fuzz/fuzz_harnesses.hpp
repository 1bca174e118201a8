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
void fuzz_dump_archive(std::string_view input);
void fuzz_extraction_answer(std::string_view input);
void fuzz_failures_list(std::string_view input);
void fuzz_image_header(std::string_view input);
void fuzz_journal(std::string_view input);
void fuzz_json_records(std::string_view input);
void fuzz_layout_profile(std::string_view input);
void fuzz_manifest(std::string_view input);
void fuzz_msgpack_records(std::string_view input);
void fuzz_recognition(std::string_view input);
void fuzz_redo_log(std::string_view input);
void fuzz_s3_list_page(std::string_view input);
void fuzz_tar_archive(std::string_view input);
void fuzz_unpacking(std::string_view input);

struct FuzzHarness {
    std::string_view name;
    void (*run)(std::string_view input);
};

inline constexpr std::array<FuzzHarness, 15> kFuzzHarnesses = {{
    {"configuration", fuzz_configuration},
    {"dump_archive", fuzz_dump_archive},
    {"extraction_answer", fuzz_extraction_answer},
    {"failures_list", fuzz_failures_list},
    {"image_header", fuzz_image_header},
    {"journal", fuzz_journal},
    {"json_records", fuzz_json_records},
    {"layout_profile", fuzz_layout_profile},
    {"manifest", fuzz_manifest},
    {"msgpack_records", fuzz_msgpack_records},
    {"recognition", fuzz_recognition},
    {"redo_log", fuzz_redo_log},
    {"s3_list_page", fuzz_s3_list_page},
    {"tar_archive", fuzz_tar_archive},
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

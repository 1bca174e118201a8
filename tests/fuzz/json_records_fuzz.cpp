// SPDX-License-Identifier: Apache-2.0
#include "fuzz_dump.hpp"
#include "fuzz_harnesses.hpp"
#include "support/record_builder.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

constexpr std::array kContainers = {Container::json_lines, Container::json_stream,
                                    Container::json_array, Container::json_object};
constexpr std::array<std::string_view, 4> kWords = {
    "base64-float32le", "base64url-unpadded-float16le", "numbers", "base64-unpadded-float32le"};

/// All layouts, by container, encoding, and whether header and trailer state something.
std::vector<Profile> layouts() {
    std::vector<Profile> all;
    for (const bool is_stated : {false, true}) {
        for (const std::string_view word : kWords) {
            for (const Container container : kContainers) {
                Profile profile = builder_profile(container);
                profile.gallery = {"gallery"};
                profile.facen_encoding = FacenEncoding::of(word).value();
                if (is_stated) {
                    add_stated(profile);
                }
                all.push_back(std::move(profile));
            }
        }
    }
    return all;
}

}  // namespace

void fuzz_json_records(std::string_view input) {
    static const std::vector<Profile> profiles = layouts();
    const unsigned choice = take_choice(input);
    fuzz_dump(input, profiles[choice % profiles.size()], choice < 128U ? 64 : 5);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "fuzz_dump.hpp"
#include "fuzz_harnesses.hpp"
#include "support/record_builder.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"bin-float32le", "str-float16le",
                                                    "base64-float32le", "numbers"};

void set_places(Profile& profile) {
    profile.id = {"0"};
    profile.facen = {"1"};
    profile.facen_model = {"2"};
    profile.meta = {"3"};
    profile.normalized_id = {"3", "normalized_id"};
}

/// All layouts: maps and tuples in a stream or an array, and streams with a header and a trailer.
std::vector<Profile> layouts() {
    std::vector<Profile> all;
    for (const std::string_view word : kWords) {
        for (const bool has_places : {false, true}) {
            Profile profile = builder_profile(Container::msgpack_stream);
            profile.facen_encoding = FacenEncoding::of(word).value();
            profile.facen_encoding.carrier = FacenEncoding::Carrier::msgpack;
            if (has_places) {
                set_places(profile);
            }
            all.push_back(profile);
            all.push_back(profile);
            all.back().container = Container::msgpack_array;
            all.push_back(profile);
            add_stated(all.back());
        }
    }
    return all;
}

}  // namespace

void fuzz_msgpack_records(std::string_view input) {
    static const std::vector<Profile> profiles = layouts();
    const unsigned choice = take_choice(input);
    fuzz_dump(input, profiles[choice % profiles.size()], choice < 128U ? 64 : 5);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/suggest_profile.hpp"

#include <string>
#include <string_view>

namespace ffdump {

void fuzz_recognition(std::string_view input) {
    const bool whole = take_choice(input) % 2 == 0;
    const Result<Recognition> seen = recognise(input, whole, shipped_profiles());
    if (!seen) {
        must_hold(printable(seen.error().one_line()) == seen.error().one_line(),
                  "what is shown of a file steers no terminal");
    }
    const Result<std::string> draft = suggest_profile(input);
    if (draft) {
        // It may lack what could not be guessed, but is always YAML that a person can mend.
        const Result<Profile> profile = parse_profile(*draft, "draft");
        must_hold(profile || draft->find("  # id: ") != std::string::npos ||
                      draft->find("  # facen: ") != std::string::npos,
                  "a draft that lacks nothing is a profile");
    }
}

}  // namespace ffdump

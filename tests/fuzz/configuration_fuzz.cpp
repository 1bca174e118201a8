// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include "ffdump/config/load_settings.hpp"

#include <string>
#include <string_view>

namespace ffdump {

void fuzz_configuration(std::string_view input) {
    static const std::string kSecret = "the-words-of-a-secret-file";
    const SettingsResult settings =
        load_settings(std::string(input), "migration.ini", {},
                      [](const std::string& /*path*/) { return Result<std::string>(kSecret); });
    const bool may_tell = input.find(kSecret) == std::string_view::npos;
    const auto hold_secret = [may_tell](const std::string& text) {
        must_hold(!may_tell || text.find(kSecret) == std::string::npos, "secrets are not told");
    };
    if (!settings) {
        must_hold(!settings.error().empty(), "what is refused is refused for something");
        for (const Error& error : settings.error()) {
            must_hold(error.reason() == Reason::config_invalid,
                      "mistakes are of the configuration");
            hold_secret(error.one_line());
        }
        return;
    }
    for (const auto& [key, text] : describe_settings(*settings)) {
        hold_secret(text);
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/config/load_settings.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace ffdump {

/// Reads configurations as a command would, from text, without any file but planted secrets.
struct SettingsFixture {
    static std::string vendor_text() {
        const std::ifstream file(FFDUMP_SOURCE_DIR "/tests/config/data/vendor_migration.ini");
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    /// The least that is complete, for tests of what is under `ffdump:` and elsewhere.
    static std::string base_text() {
        return "extraction-api: {extraction-api: 'http://e:18666'}\n"
               "normalized_storage: {webdav: {upload-url: 'http://u:3333/uploads/'}}\n";
    }

    [[nodiscard]] SettingsResult load(const std::string& text) const {
        return load_settings(text, "migration.ini", overrides, read_secret);
    }

    /// Must succeed.
    [[nodiscard]] Settings settings(const std::string& text) const {
        auto loaded = load(text);
        if (!loaded) {
            throw std::runtime_error(lines_of(loaded.error()));
        }
        return *loaded;
    }

    static std::string lines_of(const std::vector<Error>& errors) {
        std::string lines;
        for (const Error& error : errors) {
            lines += error.one_line() + "\n";
        }
        return lines;
    }

    /// Every mistake as the operator sees it; empty when there is none.
    [[nodiscard]] std::string mistakes(const std::string& text) const {
        auto loaded = load(text);
        return loaded ? "" : lines_of(loaded.error());
    }

    SettingsOverrides overrides;
    SecretReader read_secret = [](const std::string& path) -> Result<std::string> {
        return failed(Error(Reason::config_unreadable, "No such file or directory").at_file(path));
    };
};

}  // namespace ffdump

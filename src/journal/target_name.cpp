// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/compression.hpp"
#include "ffdump/journal/manifest.hpp"

#include <optional>

namespace ffdump {

std::string target_name_of(const Manifest& manifest, const std::string& name) {
    const auto setting = manifest.settings.find("--compress");
    if (setting == manifest.settings.end()) {
        return name;
    }
    const std::optional<Compression> compression = Compression::parse(setting->second);
    return compression ? packed_name(name, compression->kind) : name;
}

}  // namespace ffdump

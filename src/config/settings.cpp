// SPDX-License-Identifier: Apache-2.0
#include "ffdump/config/settings.hpp"

#include "ffdump/config/load_settings.hpp"

namespace ffdump {

GallerySettings Settings::gallery(std::string_view name) const {
    if (const auto exact = galleries.find(std::string(name)); exact != galleries.end()) {
        return exact->second;
    }
    const std::string* best_key = nullptr;
    const GallerySettings* best = nullptr;
    for (const auto& [key, settings] : galleries) {
        const bool longer = best_key == nullptr || key.size() > best_key->size();
        if (longer && matches_pattern(key, name)) {
            best_key = &key;
            best = &settings;
        }
    }
    return best == nullptr ? GallerySettings{} : *best;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_section.hpp"
#include "section_reader.hpp"

#include <map>
#include <string>

namespace ffdump {

/// `ffdump.galleries`; `base` is the default that a gallery's `extraction` is laid over.
[[nodiscard]] std::map<std::string, GallerySettings> read_galleries(SectionReader& galleries,
                                                                    const ExtractionKeys& base);

/// Whether any gallery may be migrated, so that images and extraction-api are needed: false only
/// when `*` and every other key say copy or drop.
[[nodiscard]] bool any_gallery_migrates(const Settings& settings);

/// A model's name as facen_model may hold it; nothing and a mistake when it is none.
[[nodiscard]] std::optional<std::string> read_model(SectionReader& section, std::string_view key);

}  // namespace ffdump

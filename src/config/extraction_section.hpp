// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/config/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// An `extraction` section as it was written: what is absent is filled in by resolved_target, after
/// a gallery's keys have been laid over the default's.
struct ExtractionKeys {
    std::optional<ApiVersion> api;
    std::optional<std::string> path;
    std::optional<std::string> detector;
    std::optional<std::vector<std::string>> attributes;
    std::optional<std::string> objects;
    std::optional<std::string> vector;
};

[[nodiscard]] ExtractionKeys read_extraction(SectionReader& section);

/// `over` where it says something, `base` elsewhere. When `over` names another API than `base`,
/// nothing of `base` is kept: its path, detector and places belong to the other API.
[[nodiscard]] ExtractionKeys laid_over(const ExtractionKeys& base, const ExtractionKeys& over);

/// Fills in what is absent (the rules are in include/ffdump/config/settings.hpp). What does not go
/// together is a mistake of `section`.
[[nodiscard]] ExtractionTarget resolved_target(const ExtractionKeys& keys, SectionReader& section);

}  // namespace ffdump

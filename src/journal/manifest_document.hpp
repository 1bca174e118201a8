// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/journal/manifest.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ffdump {

// What follows from the rest of a manifest. The writer writes it, the reader works it out again
// and compares. See formats/manifest.md.

inline constexpr std::uint64_t kManifestVersion = 1;
/// What a dropped file has no target for.
inline constexpr std::string_view kDropAction = "drop";

/// Count and digests of each side of the law, by gallery.
[[nodiscard]] nlohmann::ordered_json galleries_json(const Manifest& manifest);
/// The three equations, by gallery.
[[nodiscard]] nlohmann::ordered_json law_json(const Manifest& manifest);
/// As it stands on its line; its SHA-256 is that of the line's value.
[[nodiscard]] nlohmann::ordered_json settings_json(const Manifest& manifest);
[[nodiscard]] std::string settings_sha256(const Manifest& manifest);
/// The last line, for everything that stands before it.
[[nodiscard]] std::string checksum_line(std::string_view before);

}  // namespace ffdump

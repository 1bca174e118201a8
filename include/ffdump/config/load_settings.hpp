// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// All mistakes of a configuration, one Error each (`config_invalid`, with line, column and the
/// nearest key), so that the operator mends them in one go.
using SettingsResult = tl::expected<Settings, std::vector<Error>>;

/// Reads the text of the vendor's migration.ini (YAML), with our keys under `ffdump:`. Opens no
/// file: `name` is only for messages; `read_secret` is called for keys ending in -file, when the
/// storage's type uses them, and returns the text of that file. Mistakes of an override name it in
/// place of the file: "--set ffdump.retry.attempts", "command line or environment".
using SecretReader = std::function<Result<std::string>(const std::string& path)>;
[[nodiscard]] SettingsResult load_settings(const std::string& text, const std::string& name,
                                           const SettingsOverrides& overrides,
                                           const SecretReader& read_secret);

/// The variables of the environment that load_settings looks for in the overrides: keys of S3
/// (FFDUMP_S3_ACCESS_KEY and so on, then AWS's own), FFDUMP_STORAGE_PASSWORD, FFDUMP_STORAGE_TOKEN.
[[nodiscard]] std::span<const std::string_view> configuration_variables() noexcept;

/// Effective settings without secrets, dotted key -> text, sorted: for the log, the manifest and
/// the comparison on resume.
[[nodiscard]] std::map<std::string, std::string> describe_settings(const Settings& settings);

/// Go's time.ParseDuration: "1m30s", "250ms", "0s", "1.5h"; nothing when it is none, negative or
/// over Go's 292 years. Parts of a millisecond count as a whole one, since 0 means "none".
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

/// Shell-like match of a whole name: `*` any run, `?` one character (UTF-8). Nothing else is
/// special. At most pattern times name steps.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view name) noexcept;

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "terminal.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest_trust.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// `--quiet`, `--log-level`, `--log-format`.
struct LogOptions {
    bool quiet = false;
    std::string level = "info";
    std::string format = "text";

    void declare(CLI::App& app);
    [[nodiscard]] Log make_log(Terminal& terminal, const Clock& clock) const;
};

/// `--format FILE` and the bounds of reading.
struct FormatOptions {
    std::string option = "--format";  ///< its name, where that word means something else
    std::vector<std::string> files = {};
    /// None: the configuration's or the default.
    std::optional<std::size_t> max_record_bytes = {};

    void declare(CLI::App& app);
    /// The profiles to try: those given, or the shipped ones.
    [[nodiscard]] Result<std::vector<Profile>> profiles(FileSystem& files_of) const;
};

/// The profile of a shipped layout by its name, or the one in a file. Fails with `usage_error`
/// and the nearest name, or as FormatOptions::profiles() does.
[[nodiscard]] Result<Profile> profile_named(FileSystem& files, const std::string& name_or_file);
[[nodiscard]] std::vector<std::string> shipped_names();

/// `--compress HOW`.
struct CompressOptions {
    std::string how;

    void declare(CLI::App& app);
    /// Nothing when the option was not given.
    [[nodiscard]] Result<std::optional<Compression>> chosen() const;
};

/// `--exclude-ids FILE`.
struct ExclusionOptions {
    std::string file;

    void declare(CLI::App& app);
    /// The file's text; nothing when the option was not given.
    [[nodiscard]] Result<std::optional<std::string>> text(FileSystem& files) const;
};

/// `--temporary DIR`.
struct TemporaryOptions {
    std::string folder = "/tmp";

    void declare(CLI::App& app);
};

/// `--pubkey`, `--run`, `--min-sequence`: what is demanded of a manifest.
struct TrustOptions {
    std::string public_key;  ///< a file, or the key itself
    ManifestTrust trust;

    void declare(CLI::App& app);
    /// With the key read.
    [[nodiscard]] Result<ManifestTrust> demands(FileSystem& files) const;
};

/// `--config FILE` and what overrides it.
struct ConfigOptions {
    std::string file;
    SettingsOverrides overrides;
    std::string give_up_after;

    void declare(CLI::App& app);
    [[nodiscard]] tl::expected<Settings, std::vector<Error>> load(
        FileSystem& files, const FormatOptions& format) const;
};

/// What the settings have to say to the operator.
void tell_notices(Log& log, const Settings& settings);

}  // namespace ffdump

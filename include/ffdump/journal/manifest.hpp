// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/journal/tally.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

struct ManifestFile {
    std::string name;
    std::string gallery;
    std::string action;  ///< migrate, copy, drop (a dropped file has no target)
    std::string profile;
    std::string profile_sha256;
    std::uint64_t source_bytes = 0;
    std::string source_fingerprint;  ///< XXH3-128 of all source bytes, hex: safety, not security
    std::uint64_t source_records = 0;
    std::uint64_t target_bytes = 0;
    std::string target_sha256;
    std::string new_model;  ///< empty = records carry none
    Tally tally;
};

/// What an output directory promises; formats/manifest.md. Its presence means complete.
struct Manifest {
    std::string run_id;
    std::uint64_t sequence = 1;
    std::string parent_run;
    std::string tool_version;
    std::string started;  ///< UTC
    std::string ended;
    std::uint64_t resumes = 0;
    std::string source;  ///< path as given
    std::map<std::string, std::string> settings;
    std::vector<std::string> opt_outs;  ///< every option that weakens a check
    std::string extraction;             ///< endpoint without credentials, API, detector
    std::vector<ManifestFile> files;    ///< sorted by name
    std::uint64_t failures_bytes = 0;
    std::string failures_sha256;
    std::uint64_t failures_records = 0;
    std::map<std::string, std::uint64_t> failures_by_reason;
};

/// JSON; the last line is "manifest_sha256" over all bytes before that line. Galleries are summed
/// up from the files, the law is evaluated, what is not proven is said in words.
[[nodiscard]] std::string manifest_text(const Manifest& manifest);

/// Strict: own checksum, version, unknown or doubled fields, numbers, unsafe names. Fails with
/// `manifest_invalid`.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// The name that a file of the source has in the new dump: `--compress` of the run may change it.
[[nodiscard]] std::string target_name_of(const Manifest& manifest, const std::string& name);

/// What a reader believes of a manifest's size.
inline constexpr std::size_t kMostManifestBytes = 64U << 20U;

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "findings.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace ffdump {

/// The names in a dump: those that do not start with a dot.
class DumpListing {
 public:
    /// A source may hold folders, which migrate passes over; a target may not.
    enum class Folders : std::uint8_t { passed_over, listed };

    /// `path` is a directory or one file. Fails with `source_unreadable` when it is not there.
    [[nodiscard]] static Result<DumpListing> read(FileSystem& files, const std::string& path,
                                                  Folders folders);
    /// The files that the manifest names, for a source that is not at hand.
    [[nodiscard]] static DumpListing named_by(const Manifest& manifest);
    [[nodiscard]] bool has(const std::string& name) const { return names_.contains(name); }
    [[nodiscard]] const std::set<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] std::string path_of(const std::string& name) const;

 private:
    std::string path_;
    bool is_one_file_ = false;
    std::set<std::string> names_;
};

/// The manifest of a complete directory; nothing, and a finding, when it is not there, cannot be
/// read or is not valid.
[[nodiscard]] std::optional<Manifest> take_manifest(FileSystem& files,
                                                    const OutputDirectory& directory,
                                                    Findings& findings);

/// Files that are missing or too many on either side, after the manifest.
void check_contents(const Manifest& manifest, const DumpListing& source, const DumpListing& target,
                    Findings& findings);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/verify/verification.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

struct SameFacensOptions {
    std::string new_dump;              ///< what was restored: a directory or one file
    std::vector<std::string> redumps;  ///< dumps of the restored shards, each as new_dump
    std::vector<Profile> profiles;     ///< tried on each file
    ReadLimits limits;
    std::size_t most_findings = 20;  ///< of one kind are named
    /// Records that are held against each other by name at a time when galleries differ, about 200
    /// bytes each. When more could differ, a part of them is named and the report says so.
    std::size_t most_records = 500'000;
};

/// What one gallery has come to, over all files of it on either side.
struct SameFacensGallery {
    std::string gallery;
    std::uint64_t in_new_dump = 0;
    std::uint64_t in_redump = 0;
    bool is_same_ids = false;
    bool is_same_facens = false;
    bool is_same_models = false;  ///< facen_model of each record
    bool is_same_rest = false;    ///< every other byte of each record

    [[nodiscard]] bool is_same() const noexcept {
        return is_same_ids && is_same_facens && is_same_models && is_same_rest;
    }
};

struct SameFacensReport {
    bool is_same = false;
    bool has_manifest = false;  ///< the new dump has one, and its digests were compared as well
    std::string run_id;
    std::vector<SameFacensGallery> galleries;  ///< sorted by name
    std::vector<Finding> findings;
    std::map<std::string, std::uint64_t> finding_counts;  ///< of those records that were looked at
    std::vector<std::string> not_proven;
    std::string verdict;  ///< the last line

    [[nodiscard]] int exit_code() const noexcept;  ///< 0 or 3
};

/// Compares a new dump with dumps taken again from the shards it was restored into, however many
/// shards, files and whatever order: for each gallery the sums of RecordSums (and one of
/// facen_model) over all records of either side, and those of the manifest where there is one. One
/// pass in constant memory when all is the same; galleries that differ are read twice more to name
/// the records. Facens are compared as numbers, all else byte by byte. Errors: a dump cannot be
/// read or recognised, `interrupted`. Changes nothing. Files are read on a
/// thread of its own; `progress` is called on the caller's.
[[nodiscard]] Result<SameFacensReport> compare_facens(FileSystem& files,
                                                      const SameFacensOptions& options,
                                                      const VerifyProgress& progress);

/// For people; the verdict is the last line. Safe for a terminal.
[[nodiscard]] std::string render_text(const SameFacensReport& report);

/// One JSON document, schema_version 1 (fields may be added); ids as decimal strings.
[[nodiscard]] std::string render_json(const SameFacensReport& report);

}  // namespace ffdump

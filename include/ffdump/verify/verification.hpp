// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest_trust.hpp"
#include "ffdump/journal/time_line.hpp"
#include "ffdump/verify/sample_report.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

struct VerifyOptions {
    /// The dump that was migrated: a directory or one file. Empty: it is not at hand, and the new
    /// dump is held against its manifest alone.
    std::string from;
    std::string to;                 ///< the new dump's directory
    std::vector<Profile> profiles;  ///< looked up by the name that the manifest gives
    /// Text of the --exclude-ids file. Without it, records that are neither in the new dump nor
    /// listed as failed are held against the manifest's sums only: a lost record among excluded
    /// ones is seen, but cannot be told from them by name.
    std::optional<std::string> excluded_ids;
    std::string excluded_ids_name;
    ManifestTrust trust;  ///< beyond the manifest's own checksum
    ReadLimits limits;
    std::size_t most_findings = 20;         ///< of one kind are named; all are counted
    std::string temporary_folder = "/tmp";  ///< for the search of doubled ids: 8 bytes an id
    /// Records of one file without a counterpart that are kept for it, about 130 bytes each. Beyond
    /// it numbers and digests alone are compared, which finds the same and names less.
    std::size_t most_unmatched = 1'000'000;
};

/// One thing that keeps the new dump from being restored, or puts it in doubt.
struct Finding {
    Reason reason = Reason::internal_error;
    Place place;       ///< file as the operator gave it; offset and record as far as known
    std::string text;  ///< what is wrong; no facens, images or meta values
    std::string cure;  ///< what to do now
};

/// Steps of ten in which distances are counted: below 1e-7, below 1e-6 ... below 0.1, more.
inline constexpr std::size_t kDecades = 8;

/// What one file of the dump has come to. Counts are of records, counted anew in both dumps, except
/// for dropped galleries (the manifest's) and files that could not be compared (zero).
struct GalleryReport {
    std::string gallery;
    std::string file;
    std::string action;  ///< migrate, copy, drop
    std::uint64_t source = 0;
    std::uint64_t target = 0;
    std::uint64_t failed = 0;
    std::uint64_t excluded = 0;
    bool was_compared = false;  ///< false: dropped, or one of the two files is not there
    /// Valid new facens by how far their length is from 1.
    std::array<std::uint64_t, kDecades> norm_decades{};
    bool law_holds = false;  ///< source = target + failed + excluded: count, ids, all other bytes
    // From the manifest.
    std::string old_model;
    std::string new_model;
    std::size_t old_dimension = 0;
    std::size_t new_dimension = 0;
    double norm_min = 0;
    double norm_max = 0;
    std::map<std::string, std::uint64_t> failed_by_reason;
};

struct VerifyReport {
    bool restorable = false;
    std::string run_id;  ///< this and the next five are the manifest's; empty without one
    std::uint64_t sequence = 0;
    std::string tool_version;
    std::string started;
    std::string ended;
    std::vector<std::string> opt_outs;
    std::string from;
    std::string to;
    std::vector<GalleryReport> galleries;
    std::uint64_t failed = 0;
    std::uint64_t excluded = 0;
    std::map<std::string, std::uint64_t> failures_by_reason;
    std::vector<Finding> findings;                        ///< in the order of discovery, bounded
    std::map<std::string, std::uint64_t> finding_counts;  ///< name of the reason -> how many; exact
    std::vector<std::string> not_proven;                  ///< what a good verdict does not say
    std::string verdict;                                  ///< the last line
    std::optional<SampleReport> sample;                   ///< with --sample
    std::optional<TimeLine> time_line;  ///< of the run; the verdict owes it nothing
    std::string no_time_line;           ///< why there is none

    /// Adds what a sample has shown: records that differ become findings, of which at most
    /// `most_findings` are named here, and the verdict is given anew.
    void take_sample(SampleReport taken, std::size_t most_findings);
    [[nodiscard]] std::uint64_t findings_total() const noexcept;
    /// 0 or 3; `strict` gives 3 for failed records too.
    [[nodiscard]] int exit_code(bool strict) const noexcept;
};

/// Called now and then with the bytes read so far and the bytes there are, both dumps together;
/// returns false to stop (`interrupted`).
using VerifyProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Proves that the new dump may be restored, as far as files can prove it: reads source and target
/// once, side by side, in bounded memory (some MiB of blocks, and at most a million records that
/// have lost their counterpart). What is wrong becomes a finding, never an Error. Errors: `from`,
/// `to` or a file in them cannot be read (`source_unreadable` and the like), excluded ids that are
/// not ids
/// (`config_invalid`), `interrupted`. Changes nothing. Files are read and hashed
/// on threads of its own; `progress` is called on the caller's.
[[nodiscard]] Result<VerifyReport> verify(FileSystem& files, const VerifyOptions& options,
                                          const VerifyProgress& progress);

/// For people: a table by gallery, a line a finding (what, where, what to do), what is not proven,
/// and the verdict as the last line. Safe for a terminal.
[[nodiscard]] std::string render_text(const VerifyReport& report);

/// One JSON document, schema_version 1 (fields may be added); ids as decimal strings.
[[nodiscard]] std::string render_json(const VerifyReport& report);

/// A page for a browser: verdict, tables, plots; needs nothing but itself. Ids only, no images, no
/// values of meta.
[[nodiscard]] std::string render_html(const VerifyReport& report);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/record/record_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

struct QualityOptions {
    std::string from;  ///< the dump with the old model's facens: a directory or one file
    std::string to;    ///< the new dump
    std::vector<Profile> profiles;
    ReadLimits limits;
    std::size_t sample = 5000;  ///< records of each gallery; time grows with its square
    std::uint64_t seed = 0;
    FieldPath group_by;               ///< where a record says whom it shows; empty = nowhere
    std::optional<double> threshold;  ///< a similarity (cosine) in use with the old model
    /// Called now and then: "reading" with bytes and 0, since packed files do not say how much
    /// there is, or "comparing" with records and all of them; false stops (`interrupted`).
    std::function<bool(const char* phase, std::uint64_t done, std::uint64_t total)> progress;
};

inline constexpr std::size_t kLargestQualitySample = 20'000;
inline constexpr std::array<std::size_t, 3> kNeighbours{1, 5, 10};
inline constexpr double kFalseAccepts = 1e-3;
inline constexpr std::size_t kCurvePoints = 100;

/// How one model tells pairs of one group from pairs of two. Similarity is the cosine.
struct Separation {
    std::uint64_t same_pairs = 0;
    std::uint64_t other_pairs = 0;
    double same_mean = 0;
    double same_deviation = 0;
    double other_mean = 0;
    double other_deviation = 0;
    double d_prime = 0;         ///< distance of the means in deviations (root of the mean variance)
    double auc = 0;             ///< chance that a same pair is more similar than another one
    std::optional<double> tar;  ///< share of same pairs accepted at kFalseAccepts; none when there
                                ///< are too few other pairs to tell
    /// Shares of pairs by similarity from -1 to 1.
    std::array<double, kCurvePoints> same_curve{};
    std::array<double, kCurvePoints> other_curve{};
};

/// Thresholds at which both models accept the same share of pairs.
struct MatchingThresholds {
    double accepted = 0;  ///< share of pairs of two groups, or of all pairs without groups
    double before = 0;
    std::optional<double> after;  ///< none when too few pairs of the sample reach `before`
    bool is_given = false;        ///< `before` is the operator's
};

/// A record whose facen is unlike those of its group.
struct Outlier {
    RecordId id;
    double own = 0;                     ///< similarity to its group under the new model
    double own_before = 0;              ///< under the old one
    std::optional<RecordId> resembles;  ///< a record of the group that it is nearest to
    double other = 0;                   ///< similarity to that group
};

struct GalleryQuality {
    std::string gallery;
    std::string left_out;       ///< why nothing else is known of it; empty = measured
    std::uint64_t records = 0;  ///< in the new dump
    std::uint64_t sampled = 0;  ///< in both dumps, with facens that are valid
    std::size_t dimension_before = 0;
    std::size_t dimension_after = 0;
    /// Of the k nearest neighbours in the sample, the share that is the same under both models.
    std::array<double, kNeighbours.size()> overlap{};
    /// Records by how many of the 10 nearest are the same.
    std::array<std::uint64_t, kNeighbours.back() + 1> overlap_counts{};
    std::vector<MatchingThresholds> thresholds;

    // With groups only.
    std::uint64_t ungrouped = 0;  ///< records of the new dump without a group: none is sampled
    std::uint64_t groups = 0;     ///< in the sample
    std::optional<Separation> before;
    std::optional<Separation> after;
    std::uint64_t judged = 0;      ///< in groups of three and more
    std::vector<Outlier> leaving;  ///< in its group under the old model, outside under the new
    std::vector<Outlier> outside;  ///< outside under both: it was so before the migration
};

struct QualityReport {
    std::string from;
    std::string to;
    std::uint64_t seed = 0;
    bool has_groups = false;
    std::vector<GalleryQuality> galleries;
    std::string verdict;  ///< the last line

    [[nodiscard]] std::uint64_t leaving() const noexcept;
    /// Whether any gallery was not left out.
    [[nodiscard]] bool has_measured() const noexcept;
};

/// Whether the new facens know the records as well as the old ones, as far as that can be told
/// without knowing the truth: exact comparison of all pairs of a sample. Galleries that both dumps
/// have are measured; records that one of them lacks are left out. With groups whole groups are
/// drawn, at most 100 records of each. Reads each dump once; memory is that of the sample (twice
/// its facens) and one block of similarities. One thread. Fails with `source_unreadable`,
/// `source_unrecognized`, `interrupted`.
[[nodiscard]] Result<QualityReport> measure_quality(FileSystem& files,
                                                    const QualityOptions& options);

/// For people; the verdict is the last line. Ids only, no values of meta.
[[nodiscard]] std::string render_text(const QualityReport& report);
/// One JSON document, schema_version 1; ids as decimal strings.
[[nodiscard]] std::string render_json(const QualityReport& report);
/// A page for a browser, which needs nothing but itself.
[[nodiscard]] std::string render_html(const QualityReport& report);

}  // namespace ffdump

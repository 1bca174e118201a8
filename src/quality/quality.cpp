// SPDX-License-Identifier: Apache-2.0
#include "ffdump/quality/quality.hpp"

#include "group_scores.hpp"
#include "neighbours.hpp"
#include "pair_counts.hpp"
#include "paired_sample.hpp"

#include "ffdump/dump/dump_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// Below so many records neighbours and pairs say nothing.
constexpr std::size_t kSmallestSample = 20;
/// A difference of the share of pairs that are recognised below this is none.
constexpr double kAsWell = 0.005;
/// A share of pairs is believed when so many pairs make it up.
constexpr double kFewestPairs = 10;
constexpr std::array kUsualShares{1e-2, 1e-3, 1e-4};

/// What all pairs of a sample say under one model.
struct ModelView {
    explicit ModelView(const PairedSample& sample)
        : neighbours(sample.ids.size()), scores(sample.groups) {}

    Neighbours neighbours;
    GroupScores scores;
    PairCounts same;
    PairCounts other;
};

class GalleryMeasure {
 public:
    GalleryMeasure(const PairedSample& sample, const QualityOptions& options)
        : sample_(sample), options_(options), before_(sample), after_(sample) {}

    Result<void> run(GalleryQuality& quality);

 private:
    [[nodiscard]] bool view(const UnitRows& rows, ModelView& model) const;
    void take_row(std::size_t row, std::size_t group, std::span<const float> similarities,
                  ModelView& model) const;
    /// Whether so many pairs are so large a share that it says something.
    [[nodiscard]] bool has_enough(double share) const {
        return static_cast<double>(before_.other.total()) * share >= kFewestPairs;
    }
    [[nodiscard]] MatchingThresholds matching(double share) const;
    void find_thresholds(GalleryQuality& quality);
    void find_outliers(GalleryQuality& quality) const;

    const PairedSample& sample_;
    const QualityOptions& options_;
    ModelView before_;
    ModelView after_;
};

void GalleryMeasure::take_row(std::size_t row, std::size_t group,
                              std::span<const float> similarities, ModelView& model) const {
    model.neighbours.add(row, similarities);
    const bool has_groups = !sample_.groups.empty();
    const std::size_t end = has_groups ? sample_.groups[group].end : row + 1;
    for (std::size_t i = row + 1; i < similarities.size(); ++i) {
        (i < end ? model.same : model.other).add(similarities[i]);
    }
    if (has_groups) {
        model.scores.add(row, group, similarities);
    }
}

bool GalleryMeasure::view(const UnitRows& rows, ModelView& model) const {
    std::size_t group = 0;
    return for_each_similarity_row(rows, [&](std::size_t row, std::span<const float> similar) {
        while (!sample_.groups.empty() && sample_.groups[group].end <= row) {
            ++group;
        }
        take_row(row, group, similar, model);
        return !options_.progress || row % kRowsAtOnce != 0 ||
               options_.progress("comparing", row, sample_.ids.size());
    });
}

MatchingThresholds GalleryMeasure::matching(double share) const {
    return {share, before_.other.threshold_for(share), after_.other.threshold_for(share), false};
}

void GalleryMeasure::find_thresholds(GalleryQuality& quality) {
    if (options_.threshold) {
        MatchingThresholds given = matching(before_.other.share_from(*options_.threshold));
        given.before = *options_.threshold;
        given.is_given = true;
        if (!has_enough(given.accepted)) {
            given.after.reset();
        }
        quality.thresholds.push_back(given);
    }
    for (const double share : kUsualShares) {
        if (has_enough(share)) {
            quality.thresholds.push_back(matching(share));
        }
    }
}

void GalleryMeasure::find_outliers(GalleryQuality& quality) const {
    const double border_before = before_.scores.border();
    const double border_after = after_.scores.border();
    for (const GroupRange& group : sample_.groups) {
        if (group.size() < kSmallestJudged) {
            continue;
        }
        quality.judged += group.size();
        for (std::size_t row = group.begin; row < group.end; ++row) {
            const GroupScores::Score& now = after_.scores.of(row);
            const GroupScores::Score& then = before_.scores.of(row);
            if (now.own >= border_after) {
                continue;
            }
            Outlier outlier{sample_.ids[row], now.own, then.own, std::nullopt, now.nearest};
            if (now.resembles != row && now.nearest >= border_after) {
                outlier.resembles = sample_.ids[now.resembles];
            }
            (then.own >= border_before ? quality.leaving : quality.outside).push_back(outlier);
        }
    }
    std::ranges::sort(quality.leaving, {}, &Outlier::own);
    std::ranges::sort(quality.outside, {}, &Outlier::own);
}

Result<void> GalleryMeasure::run(GalleryQuality& quality) {
    if (!view(sample_.before, before_) || !view(sample_.after, after_)) {
        return failed(Reason::interrupted, "interrupted while measuring the quality");
    }
    compare_neighbours(before_.neighbours, after_.neighbours, quality);
    find_thresholds(quality);
    if (before_.same.total() != 0 && before_.other.total() != 0) {
        quality.before = separation_of(before_.same, before_.other);
        quality.after = separation_of(after_.same, after_.other);
        find_outliers(quality);
    }
    return {};
}

Result<GalleryQuality> measure_gallery(FileSystem& files, const DumpFile* before,
                                       const DumpFile& after, const QualityOptions& options) {
    GalleryQuality quality;
    quality.gallery = after.gallery;
    if (before == nullptr) {
        quality.left_out = "the old dump has no such gallery";
        return quality;
    }
    Result<PairedSample> sample = draw_pairs(files, *before, after, options);
    if (!sample) {
        return failed(std::move(sample.error()));
    }
    quality.records = sample->records;
    quality.ungrouped = sample->ungrouped;
    quality.sampled = sample->ids.size();
    quality.groups = sample->groups.size();
    quality.dimension_before = sample->before.columns();
    quality.dimension_after = sample->after.columns();
    if (quality.records != 0 && quality.ungrouped == quality.records) {
        quality.left_out = "no record has the field that groups are told by";
    } else if (quality.sampled < kSmallestSample) {
        quality.left_out = fmt::format("only {} records to compare", quality.sampled);
    } else if (sample->unlike == 0) {
        quality.left_out = "its facens are those of the old dump: it was copied";
    } else if (Result<void> run = GalleryMeasure(*sample, options).run(quality); !run) {
        return failed(std::move(run.error()));
    }
    return quality;
}

/// One word for a gallery: by the share of same pairs that are recognised.
std::string verdict_of(const GalleryQuality& quality) {
    if (!quality.before || !quality.before->tar || !quality.after->tar) {
        return "";
    }
    const double more = *quality.after->tar - *quality.before->tar;
    if (more < -kAsWell) {
        return "worse";
    }
    return more > kAsWell ? "better" : "as well";
}

std::string verdict_of(const QualityReport& report) {
    if (!report.has_measured()) {
        return "nothing was measured: all galleries were left out";
    }
    if (!report.has_groups) {
        return "measured without groups: give --group-by to learn whether groups stay together";
    }
    std::string words;
    for (const char* const word : {"worse", "as well", "better"}) {
        const auto count = std::ranges::count_if(
            report.galleries, [&](const auto& quality) { return verdict_of(quality) == word; });
        if (count != 0) {
            words += fmt::format("{}{} {} {}", words.empty() ? "" : ", ", word, "in", count);
        }
    }
    std::uint64_t judged = 0;
    for (const GalleryQuality& quality : report.galleries) {
        judged += quality.judged;
    }
    return fmt::format(
        "the new model tells groups apart {}; {} of {} judged records leave their "
        "group",
        words.empty() ? "(too few pairs to say how well)"
                      : words + (report.galleries.size() == 1 ? " gallery" : " galleries"),
        report.leaving(), judged);
}

}  // namespace

std::uint64_t QualityReport::leaving() const noexcept {
    std::uint64_t sum = 0;
    for (const GalleryQuality& quality : galleries) {
        sum += quality.leaving.size();
    }
    return sum;
}

bool QualityReport::has_measured() const noexcept {
    return std::ranges::any_of(
        galleries, [](const GalleryQuality& quality) { return quality.left_out.empty(); });
}

Result<QualityReport> measure_quality(FileSystem& files, const QualityOptions& options) {
    const Result<std::vector<DumpFile>> before = open_dump(files, options.from, options.profiles);
    if (!before) {
        return failed(before.error());
    }
    const Result<std::vector<DumpFile>> after = open_dump(files, options.to, options.profiles);
    if (!after) {
        return failed(after.error());
    }
    QualityReport report{options.from, options.to, options.seed, !options.group_by.empty(), {}, {}};
    for (const DumpFile& file : *after) {
        const auto old = std::ranges::find(*before, file.gallery, &DumpFile::gallery);
        Result<GalleryQuality> quality =
            measure_gallery(files, old == before->end() ? nullptr : &*old, file, options);
        if (!quality) {
            return failed(std::move(quality.error()));
        }
        report.galleries.push_back(std::move(*quality));
    }
    report.verdict = verdict_of(report);
    return report;
}

}  // namespace ffdump

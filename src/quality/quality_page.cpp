// SPDX-License-Identifier: Apache-2.0
#include "ffdump/quality/quality.hpp"
#include "ffdump/report/page.hpp"
#include "ffdump/report/svg_plot.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

constexpr std::size_t kMostRows = 500;

std::string percent(double share) {
    return fmt::format("{:.2f} %", share * 100);
}

std::vector<std::string> separation_row(const char* model, const Separation& separation) {
    return {model,
            std::to_string(separation.same_pairs),
            fmt::format("{:.3f}", separation.same_mean),
            std::to_string(separation.other_pairs),
            fmt::format("{:.3f}", separation.other_mean),
            fmt::format("{:.2f}", separation.d_prime),
            fmt::format("{:.5f}", separation.auc),
            separation.tar ? percent(*separation.tar) : "too few pairs"};
}

LinePlot::Line line(const char* name, const std::array<double, kCurvePoints>& curve) {
    return {name, {curve.begin(), curve.end()}};
}

void add_separation(Page& page, const GalleryQuality& quality) {
    if (!quality.before) {
        return;
    }
    page.table({{"model", "same pairs", "mean", "other pairs", "mean", "d'", "AUC",
                 "same pairs accepted at 0.1 % false accepts"},
                {separation_row("old", *quality.before), separation_row("new", *quality.after)},
                1});
    LinePlot plot{"share of pairs by similarity", "similarity (cosine)", -1, 1, {}};
    plot.lines = {line("other groups, old", quality.before->other_curve),
                  line("other groups, new", quality.after->other_curve),
                  line("same group, old", quality.before->same_curve),
                  line("same group, new", quality.after->same_curve)};
    page.figure("Similarities of pairs of one group and of pairs of two, under both models.",
                svg_of(plot));
}

void add_neighbours(Page& page, const GalleryQuality& quality) {
    Table table{{"nearest", "stay under the new model"}, {}, 1};
    for (std::size_t i = 0; i < kNeighbours.size(); ++i) {
        table.rows.push_back({std::to_string(kNeighbours.at(i)), percent(quality.overlap.at(i))});
    }
    page.table(table);
    BarPlot plot{"records by neighbours that stay", "of the 10 nearest neighbours stay", {}};
    for (std::size_t i = 0; i < quality.overlap_counts.size(); ++i) {
        const std::uint64_t count = quality.overlap_counts.at(i);
        plot.bars.push_back({std::to_string(i), static_cast<double>(count), std::to_string(count)});
    }
    page.figure("Records by how many of their 10 nearest neighbours are the same.", svg_of(plot));
}

void add_thresholds(Page& page, const GalleryQuality& quality, bool has_groups) {
    if (quality.thresholds.empty()) {
        return;
    }
    Table table{{has_groups ? "pairs of two groups accepted" : "pairs accepted", "old threshold",
                 "new threshold"},
                {},
                0};
    for (const MatchingThresholds& pair : quality.thresholds) {
        table.rows.push_back({fmt::format("{:.5f} %", pair.accepted * 100),
                              fmt::format("{:.4f}{}", pair.before, pair.is_given ? " (given)" : ""),
                              pair.after ? fmt::format("{:.4f}", *pair.after)
                                         : "too few pairs in the sample to tell"});
    }
    page.table(table);
}

void add_outliers(Page& page, const std::vector<Outlier>& outliers, const char* words) {
    if (outliers.empty()) {
        return;
    }
    page.paragraph(fmt::format("{} {}{}", outliers.size(), words,
                               outliers.size() > kMostRows
                                   ? fmt::format("; the first {}:", kMostRows)
                                   : std::string(":")));
    Table table{{"record", "resembles the group of", "similarity to it", "to its own",
                 "to its own, before"},
                {},
                2};
    for (std::size_t i = 0; i < outliers.size() && i < kMostRows; ++i) {
        const Outlier& outlier = outliers[i];
        table.rows.push_back(
            {std::to_string(outlier.id.value),
             outlier.resembles ? std::to_string(outlier.resembles->value) : "none of the sample",
             fmt::format("{:.3f}", outlier.other), fmt::format("{:.3f}", outlier.own),
             fmt::format("{:.3f}", outlier.own_before)});
    }
    page.table(table);
}

void add_gallery(Page& page, const GalleryQuality& quality, bool has_groups) {
    page.heading(quality.gallery);
    if (!quality.left_out.empty()) {
        page.paragraph("Left out: " + quality.left_out + ".");
        return;
    }
    page.paragraph(fmt::format("{} of {} records compared, {} to {} floats.{}", quality.sampled,
                               quality.records, quality.dimension_before, quality.dimension_after,
                               has_groups ? fmt::format(" {} groups; {} records have no group.",
                                                        quality.groups, quality.ungrouped)
                                          : ""));
    add_separation(page, quality);
    add_thresholds(page, quality, has_groups);
    page.subheading("Neighbours");
    add_neighbours(page, quality);
    if (has_groups) {
        page.subheading("Records outside their group");
        page.paragraph(
            fmt::format("{} records in groups of three and more were judged.", quality.judged));
        add_outliers(page, quality.leaving,
                     "leave their group under the new model (wrong image, exchanged ids)");
        add_outliers(page, quality.outside, "are unlike their group under both models");
    }
}

}  // namespace

std::string render_html(const QualityReport& report) {
    Page page("ffdump quality");
    page.verdict(report.verdict, report.leaving() == 0 ? Mood::neutral : Mood::bad);
    page.table({{"of the dumps", ""},
                {{"old dump", report.from},
                 {"new dump", report.to},
                 {"seed", std::to_string(report.seed)}},
                2});
    for (const GalleryQuality& quality : report.galleries) {
        add_gallery(page, quality, report.has_groups);
    }
    if (!report.has_groups) {
        page.heading("Not on this page");
        page.list(
            {"similarities within groups and between them, records outside their group: "
             "ffdump quality --group-by FIELD"});
    }
    return page.finish();
}

}  // namespace ffdump

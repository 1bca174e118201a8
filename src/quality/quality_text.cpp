// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/printable.hpp"
#include "ffdump/quality/quality.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

constexpr std::size_t kMostNamed = 50;

std::string separation_text(const char* model, const Separation& separation) {
    return fmt::format(
        "  {}  same {:.3f} +- {:.3f} ({} pairs), other {:.3f} +- {:.3f} ({} pairs), d' {:.2f}, "
        "AUC {:.5f}, TAR at FAR 0.001 {}\n",
        model, separation.same_mean, separation.same_deviation, separation.same_pairs,
        separation.other_mean, separation.other_deviation, separation.other_pairs,
        separation.d_prime, separation.auc,
        separation.tar ? fmt::format("{:.4f}", *separation.tar) : "unknown: too few pairs");
}

void append_thresholds(std::string& out, const GalleryQuality& quality, bool has_groups) {
    for (const MatchingThresholds& pair : quality.thresholds) {
        out += fmt::format("  threshold {:.4f} of the old model accepts {:.5f} % of {}; {}\n",
                           pair.before, pair.accepted * 100,
                           has_groups ? "pairs of two groups" : "all pairs",
                           pair.after ? fmt::format("the new model does at {:.4f}", *pair.after)
                                      : "too few to find the new model's: give a larger --sample");
    }
}

void append_outliers(std::string& out, const std::vector<Outlier>& outliers, const char* words) {
    if (outliers.empty()) {
        return;
    }
    out += fmt::format("  {} {}:\n", outliers.size(), words);
    for (std::size_t i = 0; i < outliers.size() && i < kMostNamed; ++i) {
        const Outlier& outlier = outliers[i];
        out += fmt::format("    record {}: similarity to its group {:.3f}, was {:.3f}{}\n",
                           outlier.id.value, outlier.own, outlier.own_before,
                           outlier.resembles
                               ? fmt::format("; resembles the group of record {} ({:.3f})",
                                             outlier.resembles->value, outlier.other)
                               : "");
    }
    if (outliers.size() > kMostNamed) {
        out +=
            fmt::format("    and {} more; --json names them all\n", outliers.size() - kMostNamed);
    }
}

void append_gallery(std::string& out, const GalleryQuality& quality, bool has_groups) {
    out += fmt::format("{}: ", printable(quality.gallery));
    if (!quality.left_out.empty()) {
        out += fmt::format("left out: {}\n\n", quality.left_out);
        return;
    }
    out += fmt::format("{} of {} records compared", quality.sampled, quality.records);
    if (has_groups) {
        out +=
            fmt::format(", {} groups; {} records have no group", quality.groups, quality.ungrouped);
    }
    out += fmt::format("; {} -> {} floats\n", quality.dimension_before, quality.dimension_after);
    out += fmt::format(
        "  neighbours that stay, of the nearest 1: {:.1f} %, 5: {:.1f} %, 10: "
        "{:.1f} %\n",
        quality.overlap[0] * 100, quality.overlap[1] * 100, quality.overlap[2] * 100);
    if (quality.before) {
        out += separation_text("old", *quality.before);
        out += separation_text("new", *quality.after);
    }
    append_thresholds(out, quality, has_groups);
    if (has_groups) {
        append_outliers(out, quality.leaving, "leave their group (wrong image, exchanged ids)");
        append_outliers(out, quality.outside, "are unlike their group under both models");
    }
    out += "\n";
}

}  // namespace

std::string render_text(const QualityReport& report) {
    std::string out = fmt::format("old dump  {}\nnew dump  {}\nseed      {}\n\n",
                                  printable(report.from), printable(report.to), report.seed);
    for (const GalleryQuality& quality : report.galleries) {
        append_gallery(out, quality, report.has_groups);
    }
    return out + report.verdict + "\n";
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "decades.hpp"

#include "ffdump/report/page.hpp"
#include "ffdump/report/svg_plot.hpp"
#include "ffdump/verify/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace ffdump {
namespace {

std::string change_of(const std::string& model, std::size_t dimension) {
    return model.empty() ? fmt::format("{} floats", dimension)
                         : fmt::format("{} ({})", model, dimension);
}

BarPlot::Bar bar(std::string label, std::uint64_t count) {
    return {std::move(label), static_cast<double>(count), std::to_string(count)};
}

void add_run(Page& page, const VerifyReport& report) {
    Table table{
        {"of the run", ""},
        {{"source", report.from.empty() ? "not at hand" : report.from}, {"new dump", report.to}},
        2};
    if (!report.run_id.empty()) {
        table.rows.push_back(
            {"run", fmt::format("{} (sequence {})", report.run_id, report.sequence)});
        table.rows.push_back({"ffdump", report.tool_version});
        table.rows.push_back({"started", report.started});
        table.rows.push_back({"ended", report.ended});
    }
    for (const std::string& opt_out : report.opt_outs) {
        table.rows.push_back({"made with", "--" + opt_out});
    }
    page.table(table);
}

void add_findings(Page& page, const VerifyReport& report) {
    if (report.findings.empty()) {
        return;
    }
    page.heading("What is wrong");
    Table counts{{"finding", "number"}, {}, 1};
    for (const auto& [name, count] : report.finding_counts) {
        counts.rows.push_back({name, std::to_string(count)});
    }
    page.table(counts);
    Table table{{"finding", "where", "what", "to do"}, {}, 4};
    for (const Finding& finding : report.findings) {
        const Error error = Error(finding.reason, finding.text).at(finding.place);
        table.rows.push_back({std::string(reason_name(finding.reason)), error.place_text(),
                              finding.text, finding.cure});
    }
    page.table(table);
}

void add_galleries(Page& page, const VerifyReport& report) {
    if (report.galleries.empty()) {
        return;
    }
    page.heading("Galleries");
    Table table{
        {"gallery", "action", "model", "source", "new dump", "failed", "excluded", "law"}, {}, 3};
    BarPlot plot{"records of the new dump by gallery", "records of the new dump by gallery", {}};
    for (const GalleryReport& gallery : report.galleries) {
        const std::string law = gallery.law_holds ? "holds" : "BROKEN";
        table.rows.push_back(
            {gallery.gallery, gallery.action,
             gallery.action != "migrate"
                 ? ""
                 : fmt::format("{} to {}", change_of(gallery.old_model, gallery.old_dimension),
                               change_of(gallery.new_model, gallery.new_dimension)),
             std::to_string(gallery.source), std::to_string(gallery.target),
             std::to_string(gallery.failed), std::to_string(gallery.excluded),
             gallery.was_compared ? law : "not compared"});
        plot.bars.push_back(bar(gallery.gallery, gallery.target));
    }
    page.table(table);
    page.figure(plot.bars.size() > kMostBars
                    ? fmt::format("The first {} of {} galleries.", kMostBars, plot.bars.size())
                    : "Records of each gallery in the new dump.",
                svg_of(plot));
}

void add_failures(Page& page, const VerifyReport& report) {
    if (report.failures_by_reason.empty()) {
        return;
    }
    page.heading("Failed records, by reason");
    BarPlot plot{"failed records by reason", "reason", {}};
    Table table{{"reason", "records"}, {}, 1};
    for (const auto& [name, count] : report.failures_by_reason) {
        plot.bars.push_back(bar(name, count));
        table.rows.push_back({name, std::to_string(count)});
    }
    page.table(table);
    page.figure("Failed records by reason; they are listed in .ffdump/failures.jsonl.",
                svg_of(plot));
}

/// Bars by steps; "" when there is nothing to count.
std::string decade_plot(const std::string& title,
                        const std::array<std::uint64_t, kDecades>& counts) {
    BarPlot plot{title, title, {}};
    for (std::size_t i = 0; i < kDecades; ++i) {
        plot.bars.push_back(bar(std::string(kDecadeNames.at(i)), counts.at(i)));
    }
    const bool is_empty = std::ranges::all_of(counts, [](std::uint64_t n) { return n == 0; });
    return is_empty ? "" : svg_of(plot);
}

void add_norms(Page& page, const VerifyReport& report) {
    std::array<std::uint64_t, kDecades> sums{};
    Table table{{"gallery", "shortest", "longest"}, {}, 1};
    for (const GalleryReport& gallery : report.galleries) {
        for (std::size_t i = 0; i < kDecades; ++i) {
            sums.at(i) += gallery.norm_decades.at(i);
        }
        if (gallery.norm_max != 0) {
            table.rows.push_back({gallery.gallery, fmt::format("{:.7f}", gallery.norm_min),
                                  fmt::format("{:.7f}", gallery.norm_max)});
        }
    }
    const std::string plot = decade_plot("distance of a facen's length from 1", sums);
    if (!plot.empty()) {
        page.heading("Length of the new facens");
        page.table(table);
        page.figure("New facens by how far their length is from 1.", plot);
    }
}

void add_sample(Page& page, const VerifyReport& report) {
    if (!report.sample) {
        return;
    }
    page.heading("A sample, extracted again");
    page.paragraph(fmt::format("Seed {}; {}.", report.sample->seed,
                               report.sample->cosine_above < 1
                                   ? fmt::format("good with a cosine above {} to the facen in the "
                                                 "dump",
                                                 report.sample->cosine_above)
                                   : "good with the same bits"));
    Table table{
        {"gallery", "what it says", "drawn", "same bits", "near", "differ", "not had"}, {}, 2};
    std::array<std::uint64_t, kDecades> distances{};
    for (const SampledGallery& gallery : report.sample->galleries) {
        table.rows.push_back(
            {gallery.gallery, confidence_text(gallery), std::to_string(gallery.drawn),
             std::to_string(gallery.same), std::to_string(gallery.near),
             std::to_string(gallery.different.size()), std::to_string(gallery.missed.size())});
        for (const double cosine : gallery.cosines) {
            ++distances.at(decade_of(1 - cosine));
        }
    }
    page.table(table);
    if (const std::string plot = decade_plot("1 - cosine", distances); !plot.empty()) {
        page.figure("Sampled facens by 1 - cosine to those in the dump.", plot);
    }
}

/// One line after the other: the time between two stretches is not shown.
struct Speeds {
    LinePlot::Line records{"records a second", {}};
    LinePlot::Line failed{"failed records a second", {}};
};

std::vector<std::string> row_of(const TimeLine::Stretch& stretch, double step_seconds,
                                Speeds& speeds) {
    TimeLine::Step sum;
    // So that it is seen where one begins, and one step is a line.
    speeds.records.values.push_back(0);
    speeds.failed.values.push_back(0);
    for (const TimeLine::Step& step : stretch.steps) {
        speeds.records.values.push_back(static_cast<double>(step.records) / step_seconds);
        speeds.failed.values.push_back(static_cast<double>(step.failed) / step_seconds);
        sum.records += step.records;
        sum.failed += step.failed;
    }
    const double seconds = static_cast<double>(stretch.steps.size()) * step_seconds;
    return {stretch.started,
            stretch.run_id,
            fmt::format("{:.0f} s", seconds),
            std::to_string(sum.records),
            std::to_string(sum.failed),
            seconds > 0 ? fmt::format("{:.1f}", static_cast<double>(sum.records) / seconds) : ""};
}

void add_throughput(Page& page, const VerifyReport& report) {
    if (!report.time_line) {
        return;
    }
    const double step = std::chrono::duration<double>(report.time_line->step).count();
    Speeds speeds;
    Table table{{"started", "run", "lasted", "records", "failed", "records a second"}, {}, 2};
    for (const TimeLine::Stretch& stretch : report.time_line->stretches) {
        table.rows.push_back(row_of(stretch, step, speeds));
    }
    page.heading("Throughput over time");
    page.table(table);
    if (speeds.records.values.empty()) {
        return;
    }
    const double minutes = static_cast<double>(speeds.records.values.size() - 1) * step / 60;
    LinePlot plot{"records a second over time", "minutes of work", 0, minutes, {}};
    const double most = *std::ranges::max_element(speeds.records.values);
    plot.lines = {std::move(speeds.records), std::move(speeds.failed)};
    page.figure(
        fmt::format(
            "Records a second in steps of {:g} s, {:.4g} at most; each start of migrate begins "
            "at 0, times between are left out. Not part of what is proven: nothing depends on it.",
            step, most),
        svg_of(plot));
}

void add_missing(Page& page, const VerifyReport& report) {
    page.heading("Not on this page");
    std::vector<std::string> missing{
        "similarities and neighbours under both models: ffdump quality --report"};
    if (!report.time_line && !report.no_time_line.empty()) {
        missing.push_back("throughput over time: " + report.no_time_line);
    }
    if (!report.sample) {
        missing.emplace_back("a sample, extracted again: ffdump verify --sample");
    }
    page.list(missing);
    page.heading("Not proven");
    page.list(report.not_proven);
}

}  // namespace

std::string render_html(const VerifyReport& report) {
    Page page("ffdump verify");
    page.verdict(report.verdict, report.restorable ? Mood::good : Mood::bad);
    add_run(page, report);
    add_findings(page, report);
    add_galleries(page, report);
    add_failures(page, report);
    add_norms(page, report);
    add_sample(page, report);
    add_throughput(page, report);
    add_missing(page, report);
    return page.finish();
}

}  // namespace ffdump

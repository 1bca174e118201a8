// SPDX-License-Identifier: Apache-2.0
#include "ffdump/report/svg_plot.hpp"

#include "ffdump/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace ffdump {
namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 260;
constexpr double kLeft = 12;
constexpr double kRight = 12;
constexpr double kTop = 26;
constexpr double kBottom = 46;
constexpr double kPlotWidth = kWidth - kLeft - kRight;
constexpr double kPlotHeight = kHeight - kTop - kBottom;
constexpr double kBase = kTop + kPlotHeight;
/// Of a column's width.
constexpr double kBarShare = 0.7;
constexpr double kCharacterWidth = 6.2;
constexpr double kMostLines = 4;
constexpr int kTicks = 10;

double sane(double value) {
    return std::isfinite(value) && value > 0 ? value : 0;
}

std::string begin(const std::string& title) {
    return fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n"
        "<line class=\"axis\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n",
        kWidth, kHeight, html_text(title), kLeft, kBase, kWidth - kRight, kBase);
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                       anchor, html_text(text));
}

std::string axis_name(const std::string& name) {
    return text_at(kWidth / 2, kHeight - 6, "middle", name);
}

/// What fits into `width`; the whole stands in the bar's title.
std::string shortened(const std::string& text, double width) {
    const auto most = static_cast<std::size_t>(std::max(3.0, width / kCharacterWidth));
    if (text.size() <= most) {
        return text;
    }
    std::size_t end = most - 1;
    // Not within a character of several bytes.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end) + "\u2026";
}

std::string bar_of(const BarPlot::Bar& bar, double left, double column, double scale) {
    const double height = sane(bar.value) * scale;
    const std::string figure = bar.figure.empty() ? fmt::format("{:g}", bar.value) : bar.figure;
    const double middle = left + (column / 2);
    return fmt::format(
               "<rect class=\"bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">"
               "<title>{}: {}</title></rect>\n",
               left + (column * (1 - kBarShare) / 2), kBase - height, column * kBarShare, height,
               html_text(bar.label), html_text(figure)) +
           text_at(middle, kBase - height - 5, "middle", shortened(figure, column)) +
           text_at(middle, kBase + 16, "middle", shortened(bar.label, column));
}

std::string line_of(const LinePlot::Line& line, std::size_t number, double highest) {
    std::string points;
    const double step =
        line.values.size() > 1 ? kPlotWidth / static_cast<double>(line.values.size() - 1) : 0;
    for (std::size_t i = 0; i < line.values.size(); ++i) {
        points += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ",
                              kLeft + (static_cast<double>(i) * step),
                              kBase - (sane(line.values[i]) / highest * kPlotHeight));
    }
    const double x = kLeft + (static_cast<double>(number) * kPlotWidth / kMostLines);
    return fmt::format(
               "<polyline class=\"line l{}\" points=\"{}\"/>\n"
               "<line class=\"line l{}\" x1=\"{:.1f}\" y1=\"10\" x2=\"{:.1f}\" y2=\"10\"/>\n",
               number, points, number, x, x + 24) +
           text_at(x + 30, 14, "start", line.name);
}

}  // namespace

std::string svg_of(const BarPlot& plot) {
    const std::size_t count = std::min(plot.bars.size(), kMostBars);
    double highest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        highest = std::max(highest, sane(plot.bars[i].value));
    }
    const double column = kPlotWidth / static_cast<double>(std::max<std::size_t>(count, 1));
    std::string svg = begin(plot.title);
    for (std::size_t i = 0; i < count; ++i) {
        svg += bar_of(plot.bars[i], kLeft + (static_cast<double>(i) * column), column,
                      highest > 0 ? kPlotHeight / highest : 0);
    }
    return svg + axis_name(plot.x_label) + "</svg>\n";
}

std::string svg_of(const LinePlot& plot) {
    const auto count = std::min(plot.lines.size(), static_cast<std::size_t>(kMostLines));
    double highest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        for (const double value : plot.lines[i].values) {
            highest = std::max(highest, sane(value));
        }
    }
    std::string svg = begin(plot.title);
    for (int i = 0; i <= kTicks; ++i) {
        const double share = static_cast<double>(i) / kTicks;
        const double x = kLeft + (share * kPlotWidth);
        svg +=
            fmt::format("<line class=\"grid\" x1=\"{:.1f}\" y1=\"{}\" x2=\"{:.1f}\" y2=\"{}\"/>\n",
                        x, kTop, x, kBase);
        svg += text_at(x, kBase + 16, "middle",
                       fmt::format("{:.3g}", plot.x_from + (share * (plot.x_to - plot.x_from))));
    }
    for (std::size_t i = 0; i < count; ++i) {
        svg += line_of(plot.lines[i], i, highest > 0 ? highest : 1);
    }
    return svg + axis_name(plot.x_label) + "</svg>\n";
}

}  // namespace ffdump

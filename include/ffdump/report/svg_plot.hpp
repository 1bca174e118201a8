// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ffdump {

/// Bars from a common base line, each with its figure on top. Labels are plain text.
struct BarPlot {
    struct Bar {
        std::string label;
        double value = 0;
        std::string figure;  ///< as it is written; empty = the value
    };
    std::string title;  ///< for readers that do not see it
    std::string x_label;
    std::vector<Bar> bars;  ///< at most kMostBars are drawn
};
inline constexpr std::size_t kMostBars = 40;

/// Lines over one axis, all with points at the same places; told apart by colour, dashes and a
/// legend.
struct LinePlot {
    struct Line {
        std::string name;
        std::vector<double> values;  ///< from `x_from` to `x_to`, evenly
    };
    std::string title;
    std::string x_label;
    double x_from = 0;
    double x_to = 1;
    std::vector<Line> lines;  ///< at most four
};

/// An <svg> element that is coloured by the styles of Page. What is not finite counts as 0.
[[nodiscard]] std::string svg_of(const BarPlot& plot);
[[nodiscard]] std::string svg_of(const LinePlot& plot);

}  // namespace ffdump

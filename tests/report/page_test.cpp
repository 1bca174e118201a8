// SPDX-License-Identifier: Apache-2.0
#include "ffdump/report/page.hpp"

#include "ffdump/report/svg_plot.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>

namespace ffdump {
namespace {

constexpr std::string_view kHostile = "<script>\"'&</script>\x1b[31m\xff\xe2\x80\xae";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("text of a dump cannot become markup, nor steer what shows it") {
    const std::string text = html_text(kHostile);
    CHECK(has(text, "&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;"));
    CHECK_FALSE(has(text, "\x1b"));
    CHECK_FALSE(has(text, "\xff"));
    CHECK_FALSE(has(text, "\xe2\x80\xae"));
    CHECK(html_text("Grüße") == "Grüße");
}

TEST_CASE("every place of a page escapes what it is given") {
    const std::string hostile(kHostile);
    Page page(hostile);
    page.verdict(hostile, Mood::bad);
    page.heading(hostile);
    page.subheading(hostile);
    page.paragraph(hostile);
    page.list({hostile});
    page.table({{hostile, hostile}, {{hostile, hostile}}, 1});
    BarPlot bars{hostile, hostile, {{hostile, 1, hostile}}};
    LinePlot lines{hostile, hostile, 0, 1, {{hostile, {1, 2}}}};
    page.figure(hostile, svg_of(bars) + svg_of(lines));
    const std::string html = page.finish();
    CHECK_FALSE(has(html, "<script"));
    CHECK(count(html, "&lt;script&gt;") >= 14);
    for (const std::string_view part : {"src=", "href=", "url(", "<link", "<img", "http://"}) {
        CAPTURE(part);
        CHECK_FALSE(has(html, part));
    }
    CHECK(has(html, "default-src 'none'"));
    CHECK(has(html, "prefers-color-scheme: dark"));
    CHECK(has(html, "@media print"));
}

TEST_CASE("figures stand to the right, words to the left") {
    Page page("p");
    page.table({{"name", "records"}, {{"faces", "7"}}, 1});
    CHECK(has(page.finish(), "<tr><td>faces</td><td class=\"n\">7</td></tr>"));
}

TEST_CASE("bars are as high as their values, and the highest fills the plot") {
    const std::string svg = svg_of(BarPlot{"t", "x", {{"a", 10, ""}, {"b", 5, "five"}}});
    CHECK(has(svg, "height=\"188.0\""));
    CHECK(has(svg, "height=\"94.0\""));
    CHECK(has(svg, ">10</text>"));
    CHECK(has(svg, ">five</text>"));
    CHECK(count(svg, "<rect") == 2);
}

TEST_CASE("lines go from edge to edge, and each has its name") {
    const std::string svg =
        svg_of(LinePlot{"t", "x", -1, 1, {{"one", {0, 1, 0}}, {"two", {0.5, 0.5, 0.5}}}});
    CHECK(has(svg, "points=\"12.0,214.0 360.0,26.0 708.0,214.0\""));
    CHECK(has(svg, "points=\"12.0,120.0 360.0,120.0 708.0,120.0\""));
    CHECK(has(svg, ">one</text>"));
    CHECK(has(svg, ">-1</text>"));
}

TEST_CASE("plots of nothing, of too much and of what is no number are drawn all the same") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    BarPlot many{"t", "x", {}};
    many.bars.resize(1000, {"a long name of a gallery", 3, ""});
    CHECK(count(svg_of(many), "<rect") == kMostBars);
    for (const std::string& svg :
         {svg_of(BarPlot{}), svg_of(LinePlot{}), svg_of(BarPlot{"t", "x", {{"a", nan, "?"}}}),
          svg_of(BarPlot{"t", "x", {{"a", infinite, "?"}, {"b", -1, "?"}}}),
          svg_of(LinePlot{"t", "x", 0, 1, {{"l", {nan, infinite}}, {"m", {}}, {"n", {1}}}})}) {
        CHECK(svg.starts_with("<svg "));
        CHECK(svg.ends_with("</svg>\n"));
        CHECK_FALSE(has(svg, "nan"));
        CHECK_FALSE(has(svg, "inf"));
    }
}

}  // namespace ffdump

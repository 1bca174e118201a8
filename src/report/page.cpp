// SPDX-License-Identifier: Apache-2.0
#include "ffdump/report/page.hpp"

#include "ffdump/base/printable.hpp"

#include <utility>

namespace ffdump {
namespace {

/// Nothing may be fetched and nothing run, whatever a name in the dump manages to say.
constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --paper: #fff; --ink: #1b1f24; --dim: #59636e; --rule: #d1d9e0; --good: #1a7f37;
  --bad: #cf222e; --c0: #0b62c4; --c1: #c2410c; --c2: #7a7f87; --c3: #8a2be2; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --dim: #9198a1; --rule: #3d444d; --good: #3fb950;
    --bad: #f85149; --c0: #58a6ff; --c1: #ffa657; --c2: #9198a1; --c3: #d2a8ff; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --dim: #444; --rule: #bbb; --good: #1a7f37; --bad: #cf222e;
    --c0: #0b62c4; --c1: #c2410c; --c2: #7a7f87; --c3: #8a2be2; }
  figure, tr, h2, h3 { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
.verdict { font-size: 1.4rem; font-weight: 600; padding: .6rem 1rem; border: 2px solid var(--dim);
  border-radius: .4rem; }
.verdict.good { border-color: var(--good); color: var(--good); }
.verdict.bad { border-color: var(--bad); color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; }
td { overflow-wrap: break-word; }
th, .n { white-space: nowrap; }
.n { text-align: right; }
figure { margin: 1rem 0; }
figcaption { color: var(--dim); }
svg { width: 100%; max-width: 45rem; height: auto; }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
svg .axis { stroke: var(--dim); }
svg .grid { stroke: var(--rule); }
svg .bar { fill: var(--c0); }
svg .line { fill: none; stroke-width: 2; }
svg .l0 { stroke: var(--c2); }
svg .l1 { stroke: var(--c2); stroke-dasharray: 5 4; }
svg .l2 { stroke: var(--c0); }
svg .l3 { stroke: var(--c1); stroke-dasharray: 5 4; }
</style>
)";

std::string_view mood_name(Mood mood) {
    switch (mood) {
        case Mood::good:
            return "good";
        case Mood::bad:
            return "bad";
        case Mood::neutral:
            break;
    }
    return "neutral";
}

}  // namespace

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Page::Page(std::string_view title) : html_(kHead) {
    element("title", title);
    html_ += "</head>\n<body>\n";
    element("h1", title);
}

void Page::element(std::string_view name, std::string_view text) {
    html_ += '<';
    html_ += name;
    html_ += '>' + html_text(text) + "</";
    html_ += name;
    html_ += ">\n";
}

void Page::verdict(std::string_view words, Mood mood) {
    html_ += "<p class=\"verdict ";
    html_ += mood_name(mood);
    html_ += "\" id=\"verdict\">" + html_text(words) + "</p>\n";
}

void Page::heading(std::string_view text) {
    element("h2", text);
}

void Page::subheading(std::string_view text) {
    element("h3", text);
}

void Page::paragraph(std::string_view text) {
    element("p", text);
}

void Page::list(const std::vector<std::string>& items) {
    html_ += "<ul>\n";
    for (const std::string& item : items) {
        element("li", item);
    }
    html_ += "</ul>\n";
}

void Page::table(const Table& table) {
    const auto row = [&](const std::vector<std::string>& cells, std::string_view name) {
        html_ += "<tr>";
        for (std::size_t i = 0; i < cells.size(); ++i) {
            html_ += '<';
            html_ += name;
            html_ += i < table.words ? ">" : " class=\"n\">";
            html_ += html_text(cells[i]) + "</";
            html_ += name;
            html_ += '>';
        }
        html_ += "</tr>\n";
    };
    html_ += "<div class=\"scroll\"><table>\n<thead>";
    row(table.head, "th");
    html_ += "</thead>\n<tbody>\n";
    for (const std::vector<std::string>& cells : table.rows) {
        row(cells, "td");
    }
    html_ += "</tbody>\n</table></div>\n";
}

void Page::figure(std::string_view caption, std::string_view svg) {
    html_ += "<figure>\n";
    html_ += svg;
    element("figcaption", caption);
    html_ += "</figure>\n";
}

std::string Page::finish() {
    html_ += "</body>\n</html>\n";
    return std::move(html_);
}

}  // namespace ffdump

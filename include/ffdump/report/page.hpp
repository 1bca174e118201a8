// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Text as it may stand in HTML, in an attribute as well: markup escaped, control characters, bidi
/// overrides and bytes that are not UTF-8 made visible. Names of a dump are not trusted.
[[nodiscard]] std::string html_text(std::string_view text);

/// Rows under a head. Cells are plain text; Page escapes them.
struct Table {
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;  ///< as many cells as the head
    std::size_t words = 1;  ///< so many columns from the left are words, the others are figures
};

enum class Mood : std::uint8_t { good, bad, neutral };

/// One HTML page that needs nothing but itself: no scripts, no request, styles for light, dark and
/// paper. Filled from top to bottom; all texts are plain and are escaped here. One thread.
class Page {
 public:
    explicit Page(std::string_view title);
    void verdict(std::string_view words, Mood mood);
    void heading(std::string_view text);
    /// Of what stands under a heading.
    void subheading(std::string_view text);
    void paragraph(std::string_view text);
    void list(const std::vector<std::string>& items);
    void table(const Table& table);
    /// `svg` as a plot of svg_plot.hpp makes it.
    void figure(std::string_view caption, std::string_view svg);
    /// The whole page; it is over.
    [[nodiscard]] std::string finish();

 private:
    void element(std::string_view name, std::string_view text);

    std::string html_;
};

}  // namespace ffdump

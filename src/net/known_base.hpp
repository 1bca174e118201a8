// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace ffdump {

/// Scheme, host and port of the last URL and their origin: most requests go where the last one
/// went, and parsing every URL twice shows.
class KnownBase {
 public:
    KnownBase() = default;
    KnownBase(const std::string& url, std::string origin)
        : base_(url.substr(0, url.find('/', url.find("://") + 3) + 1)),
          origin_(std::move(origin)) {}

    /// Only for URLs in which nothing is left that libcurl could find wrong.
    [[nodiscard]] bool is_base_of(std::string_view url) const {
        return base_.ends_with('/') && url.starts_with(base_) &&
               std::ranges::all_of(url.substr(base_.size()), is_plain);
    }
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

 private:
    [[nodiscard]] static bool is_plain(char c) noexcept {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '-' && c <= '9') ||
               c == '_' || c == '~' || c == '%';  // "-./" and the digits are neighbours
    }

    std::string base_;
    std::string origin_;
};

}  // namespace ffdump

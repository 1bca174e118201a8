// SPDX-License-Identifier: Apache-2.0
#pragma once

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
        constexpr std::string_view kPlain =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%";
        return base_.ends_with('/') && url.starts_with(base_) &&
               url.find_first_not_of(kPlain, base_.size()) == std::string_view::npos;
    }
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

 private:
    std::string base_;
    std::string origin_;
};

}  // namespace ffdump

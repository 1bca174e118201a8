// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// Where a bucket's objects are: ".../bucket/" or "bucket.endpoint/".
class S3Place {
 public:
    /// Path style unless the settings say otherwise, but for Amazon's own endpoints, which take
    /// virtual hosts only for new buckets (a bucket with a dot in it stays in the path, since no
    /// certificate covers it). Fails with `config_invalid`.
    [[nodiscard]] static Result<S3Place> of(const S3Settings& settings);

    /// Each segment percent-encoded as Signature V4 wants it.
    [[nodiscard]] std::string object_url(std::string_view key) const;
    /// ListObjectsV2, from `token` on (empty = from the start); its query is in the order and form
    /// in which Signature V4 wants it, since libcurl signs it as it stands.
    [[nodiscard]] std::string list_url(std::string_view prefix, std::string_view token) const;
    /// For messages: "bucket faces at http://host:port".
    [[nodiscard]] const std::string& words() const noexcept { return words_; }

 private:
    std::string base_;  ///< ends with a slash
    std::string words_;
};

}  // namespace ffdump

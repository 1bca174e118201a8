// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace ffdump {

/// S3 allows no longer key, and percent-encoded it still fits into the 8 KiB that nginx takes as a
/// request line.
inline constexpr std::size_t kMaxImageIdBytes = 1024;

/// Whether `text` is a URL: a scheme, then "://".
[[nodiscard]] bool is_absolute_url(std::string_view text) noexcept;
[[nodiscard]] bool is_http_url(std::string_view text) noexcept;

enum class EmptySegments : unsigned char { refused, allowed };

/// Fails with `image_id_invalid` when one of the segments between slashes is `.` or `..`, also
/// percent-encoded, or when there is a backslash, a control character or, if refused, an empty
/// segment (a leading, trailing or doubled slash).
[[nodiscard]] Result<void> check_segments(std::string_view path, EmptySegments empty);

/// A normalized_id that is a relative path: the segments above, 1 to kMaxImageIdBytes bytes.
[[nodiscard]] Result<void> check_image_id(std::string_view normalized_id);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ffdump {

/// Appends a path to a URL: everything but unreserved characters (RFC 3986) and `/` is
/// percent-encoded, with capital digits as AWS Signature V4 counts them.
void append_path(std::string& url, std::string_view path);

/// Appends a value of a query: the same, and `/` as well.
void append_query_value(std::string& url, std::string_view value);

/// Each %XX replaced by its byte, once; a `%` without two hex digits stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace ffdump

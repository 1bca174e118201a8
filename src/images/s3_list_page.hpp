// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// One answer to ListObjectsV2.
struct S3ListPage {
    /// What ListObjectsV2 gives by default and at most.
    static constexpr std::size_t kMostKeys = 1000;

    std::vector<std::string> keys;
    std::string next;  ///< continuation token; empty = this was the last page
};

/// Reads the XML of one page. The answer is not trusted: no document type, few levels, keys and
/// token of bounded size, not more keys than were asked for, and a page that says it is not the
/// last must say how to go on. Fails with `answer_malformed`.
[[nodiscard]] Result<S3ListPage> parse_s3_list_page(std::string_view xml);

}  // namespace ffdump

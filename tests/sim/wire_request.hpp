// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "refusal.hpp"
#include "wire.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// One HTTP/1.x request as it stands in the connection's buffer.
struct WireRequest {
    std::string method;
    std::string target;                                        ///< as sent
    std::string path;                                          ///< without the query, not decoded
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string_view body;  ///< in the Wire's buffer: valid until the next call of it
    std::size_t bytes = 0;  ///< of the whole request; to be consumed when it is done
    bool keep_alive = true;

    /// The value of a header that occurs once; nothing when it is absent.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_name) const;
};

inline constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 10U;

/// Reads the next request; nothing when the peer ended between two requests. Answers
/// `Expect: 100-continue` by itself. Refuses with 400 (malformed; both or two lengths; no Host),
/// 411 (POST without a length), 413 (over `max_body`), 417, 431, 501 (transfer codings but
/// chunked), 505; the connection is of no use after any of these.
[[nodiscard]] Checked<std::optional<WireRequest>> read_request(Wire& wire, std::size_t max_body);

}  // namespace ffdump

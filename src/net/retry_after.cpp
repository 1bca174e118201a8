// SPDX-License-Identifier: Apache-2.0
#include "retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace ffdump {

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           Clock::WallTime now) {
    using std::chrono::seconds;
    constexpr std::int64_t kYear = 365LL * 24 * 3600;
    if (value.empty() || value.size() > 64) {
        return std::nullopt;
    }
    if (value.find_first_not_of("0123456789") == std::string_view::npos) {
        std::int64_t count = 0;
        const auto end = std::from_chars(value.data(), value.data() + value.size(), count);
        return seconds(end.ec == std::errc{} ? std::min(count, kYear) : kYear);
    }
    const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
    if (date == -1) {
        return std::nullopt;
    }
    const std::int64_t wait = std::int64_t{date} - Clock::WallTime::clock::to_time_t(now);
    return seconds(std::clamp<std::int64_t>(wait, 0, kYear));
}

}  // namespace ffdump

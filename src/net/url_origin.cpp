// SPDX-License-Identifier: Apache-2.0
#include "curl_handles.hpp"

#include "ffdump/net/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace ffdump {
namespace {

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* raw = nullptr;
    if (curl_url_get(url, part, &raw, flags) != CURLUE_OK) {
        return {};
    }
    return CurlText(raw).get();
}

bool is_port(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether the text before the first `/`, `?` or `#` cannot be a host and port, so that what looks
/// like them is the start of a password with such a character in it.
bool is_torn_user_info(std::string_view authority) {
    const std::size_t colon = authority.rfind(':');
    const bool is_ipv6 = !authority.empty() && authority.front() == '[';
    return !is_ipv6 && colon != std::string_view::npos && !is_port(authority.substr(colon + 1));
}

}  // namespace

Result<std::string> url_origin(std::string_view url) {
    const CurlUrl parsed(curl_url());
    const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0);
    if (code != CURLUE_OK) {
        return failed(Reason::config_invalid,
                      fmt::format("the URL is not valid: {}", curl_url_strerror(code)));
    }
    const std::string scheme = part_of(parsed.get(), CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https") {
        return failed(Reason::config_invalid, "the URL is neither http nor https");
    }
    std::string host = part_of(parsed.get(), CURLUPART_HOST);
    std::ranges::transform(host, host.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return fmt::format("{}://{}:{}", scheme, host,
                       part_of(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

std::string bare_url(std::string_view url) {
    constexpr std::string_view kSeparator = "://";
    const std::size_t separator = url.find(kSeparator);
    const std::size_t start =
        separator == std::string_view::npos ? 0 : separator + kSeparator.size();
    const std::string_view scheme = url.substr(0, start);
    std::string_view rest = url.substr(start);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        rest.remove_prefix(at + 1);
    } else if (is_torn_user_info(authority) && rest.rfind('@') != std::string_view::npos) {
        rest.remove_prefix(rest.rfind('@') + 1);
    }
    return fmt::format("{}{}", scheme, rest.substr(0, rest.find_first_of("?#")));
}

}  // namespace ffdump

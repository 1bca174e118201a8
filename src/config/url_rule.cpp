// SPDX-License-Identifier: Apache-2.0
#include "url_rule.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace ffdump {
namespace {

constexpr std::size_t kLongestUrl = 2048;

/// What RFC 3986 lets stand in a URL; `%` is left to the server.
bool is_url_character(char c) {
    constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=%";
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_host_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
}

bool is_address_character(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
}

bool is_port(std::string_view text) {
    const bool digits = std::ranges::all_of(
        text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    return !text.empty() && text.size() <= 5 && digits && std::stoul(std::string(text)) >= 1 &&
           std::stoul(std::string(text)) <= 65535;
}

/// Length of "http://" or "https://" at the front, in any case; 0 when there is none.
std::size_t scheme_length(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        const bool same = url.size() >= scheme.size() &&
                          std::ranges::equal(url.substr(0, scheme.size()), scheme, {}, [](char c) {
                              return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
                          });
        if (same) {
            return scheme.size();
        }
    }
    return 0;
}

std::optional<UrlFlaw> host_flaw(std::string_view authority) {
    std::string_view host = authority;
    std::string_view rest;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos || end < 3 ||
            !std::ranges::all_of(authority.substr(1, end - 1), is_address_character)) {
            return UrlFlaw{"has a wrong IPv6 address", "write it as [::1]"};
        }
        rest = authority.substr(end + 1);
    } else {
        host = authority.substr(0, authority.find(':'));
        rest = authority.substr(host.size());
        if (host.empty()) {
            return UrlFlaw{"has no host", "write http://HOST:PORT"};
        }
        if (!std::ranges::all_of(host, is_host_character)) {
            return UrlFlaw{"has a wrong host name", "use letters, digits, dots and hyphens"};
        }
    }
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) {
        return UrlFlaw{"has a wrong port", "write a number from 1 to 65535 after the colon"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<UrlFlaw> url_flaw(std::string_view url) {
    if (url.empty()) {
        return UrlFlaw{"is empty", "write http://HOST:PORT"};
    }
    if (url.size() > kLongestUrl) {
        return UrlFlaw{"is too long for a URL", "at most 2048 bytes"};
    }
    if (!std::ranges::all_of(url, is_url_character)) {
        return UrlFlaw{"holds a character that no URL may hold",
                       "remove blanks and control characters, percent-encode others"};
    }
    const std::size_t scheme = scheme_length(url);
    if (scheme == 0) {
        return UrlFlaw{url.find("://") == std::string_view::npos ? "has no scheme"
                                                                 : "has another scheme than http",
                       "begin it with http:// or https://"};
    }
    const std::string_view rest = url.substr(scheme);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos) {
        return UrlFlaw{"holds a user name or password",
                       "remove it: URLs end up in logs, credentials must not"};
    }
    if (auto flaw = host_flaw(authority)) {
        return flaw;
    }
    if (rest.find_first_of("?#") != std::string_view::npos) {
        return UrlFlaw{"has a query or fragment", "remove everything from the ? or # on"};
    }
    return std::nullopt;
}

std::optional<UrlFlaw> origin_flaw(std::string_view url) {
    if (auto flaw = url_flaw(url)) {
        return flaw;
    }
    const std::string_view rest = url.substr(scheme_length(url));
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos && slash + 1 != rest.size()) {
        return UrlFlaw{"has a path", "write only http://HOST:PORT"};
    }
    return std::nullopt;
}

std::string url_without_secrets(std::string_view url) {
    const std::string_view plain = url.substr(0, url.find_first_of("?#"));
    const std::size_t scheme = plain.find("://");
    const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::string_view authority = plain.substr(start, plain.substr(start).find('/'));
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) {
        return std::string(plain);
    }
    return std::string(plain.substr(0, start)).append(plain.substr(start + at + 1));
}

}  // namespace ffdump

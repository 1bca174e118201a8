// SPDX-License-Identifier: Apache-2.0
#include "url_encoding.hpp"

#include <charconv>

namespace ffdump {
namespace {

bool is_unreserved(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& url, char c) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    url += '%';
    url += kDigits[byte >> 4U];
    url += kDigits[byte & 15U];
}

}  // namespace

void append_path(std::string& url, std::string_view path) {
    for (const char c : path) {
        if (is_unreserved(c) || c == '/') {
            url += c;
        } else {
            append_encoded(url, c);
        }
    }
}

void append_query_value(std::string& url, std::string_view value) {
    for (const char c : value) {
        if (is_unreserved(c)) {
            url += c;
        } else {
            append_encoded(url, c);
        }
    }
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        unsigned value = 0;
        const bool has_digits = text.size() >= 3 && text.front() == '%';
        const char* const end = text.data() + (has_digits ? 3 : 0);
        if (has_digits && std::from_chars(text.data() + 1, end, value, 16).ptr == end) {
            out += static_cast<char>(value);
            text.remove_prefix(3);
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

}  // namespace ffdump

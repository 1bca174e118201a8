// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"

#include <cstring>

namespace ffdump {
std::size_t skip_space(std::string_view text, std::size_t from) noexcept {
    while (from < text.size() && is_json_space(text[from])) {
        ++from;
    }
    return from;
}

std::size_t string_end(std::string_view text, std::size_t from) noexcept {
    std::size_t at = from;
    while (at < text.size()) {
        const std::size_t quote = text.find('"', at);
        if (quote == std::string_view::npos) {
            return kNowhere;
        }
        // An odd number of backslashes before it makes the quote part of the string.
        std::size_t run = quote;
        while (run > at && text[run - 1] == '\\') {
            --run;
        }
        if ((quote - run) % 2 == 0) {
            return quote;
        }
        at = quote + 1;
    }
    return kNowhere;
}

std::size_t bracket_end(std::string_view text, std::size_t from) noexcept {
    std::size_t depth = 0;
    for (std::size_t at = from; at < text.size(); ++at) {
        switch (text[at]) {
            case '"':
                at = string_end(text, at + 1);
                if (at == kNowhere) {
                    return kNowhere;
                }
                break;
            case '{':
            case '[':
                ++depth;
                break;
            case '}':
            case ']':
                if (--depth == 0) {
                    return at + 1;
                }
                break;
            default:
                break;
        }
    }
    return kNowhere;
}

std::size_t element_border(std::string_view text, std::size_t from) noexcept {
    for (std::size_t at = from; at < text.size(); ++at) {
        switch (text[at]) {
            case ',':
            case ']':
                return at;
            case '"':
                at = string_end(text, at + 1);
                break;
            case '{':
            case '[':
                at = bracket_end(text, at);
                at -= at == kNowhere ? 0U : 1U;
                break;
            default:
                break;
        }
        if (at == kNowhere) {
            return kNowhere;
        }
    }
    return kNowhere;
}

std::size_t value_end(std::string_view text, std::size_t from) noexcept {
    if (from >= text.size()) {
        return kNowhere;
    }
    if (text[from] == '{' || text[from] == '[') {
        return bracket_end(text, from);
    }
    if (text[from] == '"') {
        const std::size_t quote = string_end(text, from + 1);
        return quote == kNowhere ? kNowhere : quote + 1;
    }
    return text.find_first_of(",]} \t\r\n", from);
}

std::uint64_t count_newlines(std::string_view text) noexcept {
    std::uint64_t lines = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
        if (found == nullptr) {
            break;
        }
        ++lines;
        at = static_cast<const char*>(found) + 1;
    }
    return lines;
}

}  // namespace ffdump

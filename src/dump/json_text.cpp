// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/dump/record_reader.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

namespace ffdump {
namespace {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Passes over digits; false when there is none.
bool pass_digits(std::string_view text, std::size_t& at) noexcept {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) {
        ++at;
    }
    return at > begin;
}

constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The code unit of "\uXXXX" at `at`, or nothing.
std::optional<std::uint32_t> code_unit(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 6 || text[at] != '\\' || text[at + 1] != 'u') {
        return std::nullopt;
    }
    std::uint32_t unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = hex_value(text[i]);
        if (digit < 0) {
            return std::nullopt;
        }
        unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    return unit;
}

/// What `\c` stands for, 0 when it is no escape of one letter.
constexpr char simple_escape(char c) noexcept {
    switch (c) {
        case '"':
        case '\\':
        case '/':
            return c;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return 0;
    }
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | (point >> 6U));
        put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    } else {
        put(0xF0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3FU));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
}

/// The code point of the `\u` escape at `at`, a surrogate pair taken together; moves `at` behind
/// it. Nothing when a surrogate is alone.
std::optional<std::uint32_t> code_point(std::string_view text, std::size_t& at) noexcept {
    const std::optional<std::uint32_t> unit = code_unit(text, at);
    if (!unit || (*unit >= 0xDC00 && *unit < 0xE000)) {
        return std::nullopt;
    }
    at += 6;
    if (*unit < 0xD800 || *unit >= 0xE000) {
        return unit;
    }
    const std::optional<std::uint32_t> low = code_unit(text, at);
    if (!low || *low < 0xDC00 || *low >= 0xE000) {
        return std::nullopt;
    }
    at += 6;
    return 0x10000U + ((*unit - 0xD800U) << 10U) + (*low - 0xDC00U);
}

/// Length of the UTF-8 sequence at `at`, 0 when there is none.
std::size_t utf8_length(std::string_view text, std::size_t at) noexcept {
    const auto lead = static_cast<unsigned char>(text[at]);
    std::size_t length = 1;
    if (lead >= 0xF0) {
        length = 4;
    } else if (lead >= 0xE0) {
        length = 3;
    } else if (lead >= 0x80) {
        length = 2;
    }
    return is_utf8(text.substr(at, length)) && at + length <= text.size() ? length : 0;
}

}  // namespace

bool is_json_number(std::string_view token) noexcept {
    std::size_t at = 0;
    if (at < token.size() && token[at] == '-') {
        ++at;
    }
    const std::size_t whole = at;
    if (!pass_digits(token, at) || (token[whole] == '0' && at != whole + 1)) {
        return false;
    }
    if (at < token.size() && token[at] == '.') {
        ++at;
        if (!pass_digits(token, at)) {
            return false;
        }
    }
    if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
        ++at;
        if (at < token.size() && (token[at] == '+' || token[at] == '-')) {
            ++at;
        }
        if (!pass_digits(token, at)) {
            return false;
        }
    }
    return at == token.size();
}

std::size_t broken_escape(std::string_view text) noexcept {
    std::size_t at = text.find('\\');
    while (at != std::string_view::npos) {
        if (at + 1 < text.size() && simple_escape(text[at + 1]) != 0) {
            at += 2;
        } else if (code_unit(text, at)) {
            at += 6;
        } else {
            return at;
        }
        at = text.find('\\', at);
    }
    return std::string_view::npos;
}

void mask_bytes_not_utf8(std::string& text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text, at);
        if (length == 0) {
            text[at] = '?';
        }
        at += length == 0 ? 1 : length;
    }
}

Result<std::string> unescape_json(std::string_view token) {
    if (!is_utf8(token)) {
        return failed(Reason::record_malformed, "a text is not UTF-8");
    }
    std::string out;
    out.reserve(token.size());
    for (std::size_t at = 0; at < token.size();) {
        const std::size_t next = std::min(token.find('\\', at), token.size());
        out.append(token.substr(at, next - at));
        at = next;
        if (at == token.size()) {
            break;
        }
        const char simple = at + 1 < token.size() ? simple_escape(token[at + 1]) : '\0';
        if (simple != 0) {
            out.push_back(simple);
            at += 2;
        } else if (const auto point = code_point(token, at)) {
            append_utf8(out, *point);
        } else {
            return failed(Reason::record_malformed,
                          "a text holds a broken escape or half a surrogate pair");
        }
    }
    return out;
}

}  // namespace ffdump

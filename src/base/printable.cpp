// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace ffdump {
namespace {

/// Length of the well-formed UTF-8 sequence at the front of `text` (Unicode, table 3-7), 0 if none.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto at = [text](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto in = [&at](std::size_t i, unsigned low, unsigned high) {
        return at(i) >= low && at(i) <= high;
    };
    const unsigned first = at(0);
    if (first < 0x80U) {
        return 1;
    }
    if (first >= 0xC2U && first <= 0xDFU) {
        return in(1, 0x80, 0xBF) ? 2 : 0;
    }
    if (first >= 0xE0U && first <= 0xEFU) {
        const unsigned low = first == 0xE0U ? 0xA0U : 0x80U;
        const unsigned high = first == 0xEDU ? 0x9FU : 0xBFU;
        return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const unsigned low = first == 0xF0U ? 0x90U : 0x80U;
        const unsigned high = first == 0xF4U ? 0x8FU : 0xBFU;
        return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

std::uint32_t code_point(std::string_view sequence) noexcept {
    const auto first = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1) {
        return first;
    }
    std::uint32_t value = first & (0x7FU >> sequence.size());
    for (const char c : sequence.substr(1)) {
        value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    return value;
}

bool steers_a_terminal(std::uint32_t c) noexcept {
    return c < 0x20U || (c >= 0x7FU && c < 0xA0U) || c == 0x200EU || c == 0x200FU ||
           (c >= 0x2028U && c <= 0x202EU) || (c >= 0x2066U && c <= 0x2069U) || c == 0xFEFFU;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
            text.remove_prefix(1);
            continue;
        }
        const std::string_view sequence = text.substr(0, length);
        const std::uint32_t c = code_point(sequence);
        if (!steers_a_terminal(c)) {
            out += sequence;
        } else if (c < 0x80U) {
            out += fmt::format("\\x{:02x}", c);
        } else {
            out += fmt::format("\\u{{{:04x}}}", c);
        }
        text.remove_prefix(length);
    }
    return out;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace ffdump

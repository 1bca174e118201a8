// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/base64.hpp"

#include "wide_base64.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace ffdump {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using CharPair = std::array<char, 2>;

/// Twelve bits to two characters: half the look-ups of the usual table.
constexpr std::array<CharPair, 4096> make_pairs() {
    std::array<CharPair, 4096> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        pairs[i] = {kAlphabet[i >> 6U], kAlphabet[i & 63U]};
    }
    return pairs;
}
constexpr std::array<CharPair, 4096> kPairs = make_pairs();

constexpr std::uint32_t kInvalid = 0xFF000000U;

/// Value of a character shifted to its place in the 24-bit group; kInvalid for others, so that
/// or-ing four look-ups shows a bad character in the top byte.
constexpr std::array<std::array<std::uint32_t, 256>, 4> make_values() {
    std::array<std::array<std::uint32_t, 256>, 4> values{};
    for (std::size_t place = 0; place < 4; ++place) {
        values[place].fill(kInvalid);
        for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
            values[place][static_cast<unsigned char>(kAlphabet[i])] =
                static_cast<std::uint32_t>(i << (18U - (6U * place)));
        }
    }
    return values;
}
constexpr auto kValues = make_values();

std::uint32_t group_value(const char* text) noexcept {
    const auto* c = reinterpret_cast<const unsigned char*>(text);
    return kValues[0][c[0]] | kValues[1][c[1]] | kValues[2][c[2]] | kValues[3][c[3]];
}

void put_bytes(char* out, std::uint32_t value, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<char>((value >> (16U - (8U * i))) & 0xFFU);
    }
}

/// Of the last group.
std::size_t padding_of(const char* text) noexcept {
    const std::size_t one = text[3] == '=' ? 1U : 0U;
    return one + (one == 1 && text[2] == '=' ? 1U : 0U);
}

std::string without_backslashes(std::string_view text, bool& valid) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
            valid = valid && i < text.size() && text[i] == '/';
            if (!valid) {
                return {};
            }
        }
        plain += text[i];
    }
    return plain;
}

/// The last group: four characters of which one or two may be padding.
bool decode_tail(const char* text, char* out) {
    const std::size_t padding = padding_of(text);
    std::array<char, 4> group{text[0], text[1], text[2], text[3]};
    for (std::size_t i = 0; i < padding; ++i) {
        group[3 - i] = 'A';
    }
    const std::uint32_t value = group_value(group.data());
    const std::uint32_t spare_bits = (1U << (8U * padding)) - 1U;
    if ((value & kInvalid) != 0 || (value & spare_bits) != 0) {
        return false;
    }
    put_bytes(out, value, 3 - padding);
    return true;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    const std::size_t whole = bytes.size() / 3 * 3;
    const std::size_t before = out.size();
    out.resize(before + ((bytes.size() + 2) / 3 * 4));
    char* to = out.data() + before;
    const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
    for (std::size_t i = 0; i < whole; i += 3, to += 4) {
        const std::uint32_t value = (static_cast<std::uint32_t>(from[i]) << 16U) |
                                    (static_cast<std::uint32_t>(from[i + 1]) << 8U) | from[i + 2];
        std::memcpy(to, kPairs[value >> 12U].data(), 2);
        std::memcpy(to + 2, kPairs[value & 0xFFFU].data(), 2);
    }
    if (const std::size_t rest = bytes.size() - whole; rest != 0) {
        const std::uint32_t second = rest == 2 ? from[whole + 1] : 0U;
        const std::uint32_t value =
            (static_cast<std::uint32_t>(from[whole]) << 16U) | (second << 8U);
        std::memcpy(to, kPairs[value >> 12U].data(), 2);
        to[2] = rest == 2 ? kPairs[value & 0xFFFU][0] : '=';
        to[3] = '=';
    }
}

std::optional<std::size_t> bytes_in_base64(std::string_view text) noexcept {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    return text.empty() ? 0 : (text.size() / 4 * 3) - padding_of(text.data() + text.size() - 4);
}

bool decode_base64_into(std::string_view text, std::span<char> out) noexcept {
    if (bytes_in_base64(text) != out.size()) {
        return false;
    }
    if (text.empty()) {
        return true;
    }
    const std::size_t groups = (text.size() / 4) - 1;
    std::size_t done = 0;
    if (!decode_wide(text.substr(0, groups * 4), out.data(), done)) {
        return false;
    }
    std::uint32_t seen = 0;
    for (std::size_t i = done; i < groups; ++i) {
        const std::uint32_t value = group_value(text.data() + (i * 4));
        seen |= value;
        put_bytes(out.data() + (i * 3), value, 3);
    }
    return (seen & kInvalid) == 0 &&
           decode_tail(text.data() + (groups * 4), out.data() + (groups * 3));
}

std::optional<std::string> decode_base64(std::string_view text, bool escaped_slashes) {
    std::string out;
    if (const std::optional<std::size_t> bytes = bytes_in_base64(text)) {
        out.resize(*bytes);
        if (decode_base64_into(text, out)) {
            return out;
        }
    }
    if (!escaped_slashes || text.find('\\') == std::string_view::npos) {
        return std::nullopt;
    }
    bool valid = true;
    const std::string plain = without_backslashes(text, valid);
    return valid ? decode_base64(plain, false) : std::nullopt;
}

}  // namespace ffdump

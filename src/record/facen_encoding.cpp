// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/facen_encoding.hpp"

#include "float_bytes.hpp"
#include "msgpack_facen.hpp"

#include "ffdump/record/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <system_error>

namespace ffdump {
namespace {

using Form = FacenEncoding::Form;
using Float = FacenEncoding::Float;
using Carrier = FacenEncoding::Carrier;

constexpr std::array<std::string_view, 13> kWords = {"base64-float32le",
                                                     "base64-unpadded-float32le",
                                                     "base64url-float32le",
                                                     "base64url-unpadded-float32le",
                                                     "base64-float16le",
                                                     "base64-unpadded-float16le",
                                                     "base64url-float16le",
                                                     "base64url-unpadded-float16le",
                                                     "numbers",
                                                     "bin-float32le",
                                                     "bin-float16le",
                                                     "str-float32le",
                                                     "str-float16le"};
constexpr std::array<FacenEncoding, 13> kEncodings = {{
    {Form::base64, Float::float32, true, Carrier::json},
    {Form::base64, Float::float32, false, Carrier::json},
    {Form::base64_url, Float::float32, true, Carrier::json},
    {Form::base64_url, Float::float32, false, Carrier::json},
    {Form::base64, Float::float16, true, Carrier::json},
    {Form::base64, Float::float16, false, Carrier::json},
    {Form::base64_url, Float::float16, true, Carrier::json},
    {Form::base64_url, Float::float16, false, Carrier::json},
    {Form::numbers, Float::float32, true, Carrier::json},
    {Form::bin, Float::float32, true, Carrier::msgpack},
    {Form::bin, Float::float16, true, Carrier::msgpack},
    {Form::str, Float::float32, true, Carrier::msgpack},
    {Form::str, Float::float16, true, Carrier::msgpack},
}};

constexpr FacenEncoding kPlain{};

Error invalid(std::string detail) {
    return {Reason::facen_invalid, std::move(detail)};
}

constexpr bool is_space(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The standard spelling of other base64, or nothing when it is not of the encoding.
std::optional<std::string> standard_base64(std::string_view text, const FacenEncoding& encoding) {
    const bool is_url = encoding.form == Form::base64_url;
    std::string plain(text);
    if (is_url) {
        if (plain.find_first_of("+/\\") != std::string::npos) {
            return std::nullopt;
        }
        std::ranges::replace(plain, '-', '+');
        std::ranges::replace(plain, '_', '/');
    }
    if (!encoding.padded) {
        if (plain.find('=') != std::string::npos) {
            return std::nullopt;
        }
        const auto escapes = static_cast<std::size_t>(std::ranges::count(plain, '\\'));
        while ((plain.size() - escapes) % 4 != 0) {
            plain += '=';
        }
    }
    return plain;
}

Result<Facen> decode_text(std::string_view text, const FacenEncoding& encoding) {
    constexpr std::size_t kLongest = kMaxDimension * sizeof(float) * 3;
    if (text.size() > kLongest) {
        return failed(invalid("the facen is longer than any model's"));
    }
    const std::optional<std::string> plain = standard_base64(text, encoding);
    if (!plain) {
        return failed(invalid("the facen is not base64"));
    }
    if (encoding.type == Float::float32) {
        return decode_facen(*plain);
    }
    const std::optional<std::string> bytes = decode_base64(*plain, true);
    if (!bytes) {
        return failed(invalid("the facen is not base64"));
    }
    return facen_of_bytes(*bytes, encoding);
}

/// Whether a decimal number, which is not zero, is 1 or more: by the place of its first digit
/// that counts and its exponent, however large.
bool is_large_number(std::string_view number) {
    constexpr auto kEndless = std::int64_t{1} << 62U;
    const std::size_t e = std::min(number.find_first_of("eE"), number.size());
    const std::string_view mantissa = number.substr(0, e);
    const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), e));
    const auto first = static_cast<std::int64_t>(std::min(mantissa.find_first_of("123456789"), e));
    std::string_view power = number.substr(std::min(e + 1, number.size()));
    power.remove_prefix(power.starts_with('+') ? 1 : 0);
    std::int64_t exponent = 0;
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error == std::errc::result_out_of_range) {
        exponent = power.starts_with('-') ? -kEndless : kEndless;
    }
    exponent = std::clamp(exponent, -kEndless, kEndless);
    return exponent + point - first + (first > point ? 1 : 0) > 0;
}

/// Reads the array of numbers that `text` is, from bracket to bracket.
class NumberList {
 public:
    explicit NumberList(std::string_view text) : text_(text) {}

    Result<Facen> read() {
        Facen facen;
        if (!pass('[')) {
            return failed(invalid("the facen is no array of numbers"));
        }
        if (pass(']')) {
            return ended(std::move(facen));
        }
        for (bool has_more = true; has_more; has_more = pass(',')) {
            float value = 0;
            if (!number(value)) {
                return failed(invalid("the facen holds something else than numbers"));
            }
            if (facen.size() == kMaxDimension) {
                return failed(invalid("the facen is longer than any model's"));
            }
            facen.push_back(value);
        }
        return pass(']') ? ended(std::move(facen))
                         : failed(invalid("the facen is no array of numbers"));
    }

 private:
    void skip_space() {
        while (!text_.empty() && is_space(text_.front())) {
            text_.remove_prefix(1);
        }
    }
    bool pass(char wanted) {
        skip_space();
        if (!text_.starts_with(wanted)) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }
    bool number(float& value) {
        skip_space();
        const char* const begin = text_.data();
        const char* const end = begin + text_.size();
        const bool is_number =
            !text_.empty() && (*begin == '-' || (*begin >= '0' && *begin <= '9'));
        auto [stop, error] = std::from_chars(begin, end, value);
        if (error == std::errc::result_out_of_range) {
            // Told apart from no number at all.
            const auto length = static_cast<std::size_t>(stop - begin);
            value =
                is_large_number({begin, length}) ? std::numeric_limits<float>::infinity() : 0.0F;
            value = std::copysign(value, *begin == '-' ? -1.0F : 1.0F);
        }
        text_.remove_prefix(static_cast<std::size_t>(stop - begin));
        return is_number && (error == std::errc{} || error == std::errc::result_out_of_range);
    }
    Result<Facen> ended(Facen facen) {
        skip_space();
        return text_.empty() ? Result<Facen>(std::move(facen))
                             : failed(invalid("something follows the facen's numbers"));
    }

    std::string_view text_;
};

void append_numbers(std::string& out, std::span<const float> facen, std::string_view old) {
    constexpr std::size_t kMostSpace = 16;
    std::string separator = ",";
    if (const std::size_t comma = old.find(','); comma != std::string_view::npos) {
        const std::string_view behind = old.substr(comma + 1, kMostSpace);
        separator += behind.substr(0, behind.find_first_not_of(" \t\r\n"));
    }
    out += '[';
    for (std::size_t i = 0; i < facen.size(); ++i) {
        out += i == 0 ? std::string_view() : std::string_view(separator);
        // The shortest text that is read as the same float.
        fmt::format_to(std::back_inserter(out), "{}", facen[i]);
    }
    out += ']';
}

void append_text(std::string& out, std::span<const float> facen, const FacenEncoding& encoding,
                 SlashStyle slash) {
    std::string text;
    if (encoding.type == Float::float16) {
        std::string bytes;
        append_float_bytes(bytes, facen, encoding);
        append_base64(text, bytes);
    } else {
        append_facen(text, facen, SlashStyle::plain);
    }
    while (!encoding.padded && text.ends_with('=')) {
        text.pop_back();
    }
    const bool is_url = encoding.form == Form::base64_url;
    for (const char c : text) {
        if (is_url && (c == '+' || c == '/')) {
            out += c == '+' ? '-' : '_';
            continue;
        }
        if (c == '/' && slash == SlashStyle::escaped) {
            out += '\\';
        }
        out += c;
    }
}

}  // namespace

std::optional<FacenEncoding> FacenEncoding::of(std::string_view word) {
    const auto* const found = std::ranges::find(kWords, word);
    if (found == kWords.end()) {
        return std::nullopt;
    }
    return kEncodings.at(static_cast<std::size_t>(found - kWords.begin()));
}

std::span<const std::string_view> FacenEncoding::words() noexcept {
    return kWords;
}

Result<Facen> decode_facen(std::string_view text, const FacenEncoding& encoding) {
    if (encoding == kPlain) {
        return decode_facen(text);
    }
    if (encoding.carrier == Carrier::msgpack) {
        return decode_msgpack_facen(text, encoding);
    }
    return encoding.form == Form::numbers ? NumberList(text).read() : decode_text(text, encoding);
}

void append_facen(std::string& out, std::span<const float> facen, const FacenEncoding& encoding,
                  SlashStyle slash, std::string_view old) {
    if (encoding == kPlain) {
        append_facen(out, facen, slash);
    } else if (encoding.carrier == Carrier::msgpack) {
        append_msgpack_facen(out, facen, encoding, old);
    } else if (encoding.form == Form::numbers) {
        append_numbers(out, facen, old);
    } else {
        append_text(out, facen, encoding, slash);
    }
}

std::size_t dimension_of_text(std::string_view text, const FacenEncoding& encoding) noexcept {
    if (encoding.carrier == Carrier::msgpack) {
        return dimension_of_msgpack(text, encoding);
    }
    if (encoding.form == Form::numbers) {
        const bool is_empty = text.find_first_of("0123456789") == std::string_view::npos;
        return is_empty ? 0 : static_cast<std::size_t>(std::ranges::count(text, ',')) + 1;
    }
    std::size_t length = text.size();
    if (text.find('\\') != std::string_view::npos) {
        length -= static_cast<std::size_t>(std::ranges::count(text, '\\'));
    }
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        --length;
    }
    return length * 3 / 4 / float_bytes(encoding);
}

Facen as_written(std::span<const float> facen, const FacenEncoding& encoding) {
    const bool is_short = encoding.form != Form::numbers && encoding.type == Float::float16;
    if (!is_short) {
        return {facen.begin(), facen.end()};
    }
    std::string bytes;
    append_float_bytes(bytes, facen, encoding);
    return facen_of_bytes(bytes, encoding).value_or(Facen{});
}

std::uint16_t to_float16(float value) noexcept {
    constexpr std::uint32_t kSign = 0x80000000U;
    constexpr std::uint32_t kInfinity = 0x7F800000U;
    constexpr std::uint32_t kOverflow = 0x477FF000U;  // 65520, which rounds to infinity
    constexpr std::uint32_t kSmallestNormal = 0x38800000U;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits & kSign) >> 16U);
    const std::uint32_t magnitude = bits & ~kSign;
    std::uint32_t half = 0;
    if (magnitude > kInfinity) {
        half = 0x7E00U;
    } else if (magnitude >= kOverflow) {
        half = 0x7C00U;
    } else if (magnitude < kSmallestNormal) {
        // In units of the smallest step; nearbyint rounds to even.
        constexpr float kSteps = 16777216.0F;
        half = static_cast<std::uint32_t>(std::nearbyint(std::abs(value) * kSteps));
    } else {
        constexpr std::uint32_t kRebias = 0x38000000U;
        const std::uint32_t odd = (magnitude >> 13U) & 1U;
        half = (magnitude - kRebias + 0xFFFU + odd) >> 13U;
    }
    return static_cast<std::uint16_t>(sign | half);
}

float from_float16(std::uint16_t half) noexcept {
    const std::uint32_t exponent = (half >> 10U) & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    float magnitude = 0;
    if (exponent == 0x1FU) {
        magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                                  : std::numeric_limits<float>::quiet_NaN();
    } else if (exponent == 0) {
        magnitude = std::ldexp(static_cast<float>(fraction), -24);
    } else {
        magnitude =
            std::ldexp(static_cast<float>(fraction + 0x400U), static_cast<int>(exponent) - 25);
    }
    return (half & 0x8000U) != 0 ? -magnitude : magnitude;
}

}  // namespace ffdump

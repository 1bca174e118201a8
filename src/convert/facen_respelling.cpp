// SPDX-License-Identifier: Apache-2.0
#include "facen_respelling.hpp"

#include "ffdump/record/facen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace ffdump {
namespace {

using Form = FacenEncoding::Form;
using Float = FacenEncoding::Float;

constexpr std::string_view kOfNumbers = "0123456789.eE+-";

/// Nothing beyond double's range.
std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} ? std::optional(value) : std::nullopt;
}

/// Significant digits, without zeros at either end.
int digits_of(std::string_view number) {
    const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
    std::string digits;
    std::ranges::copy_if(mantissa, std::back_inserter(digits),
                         [](char c) { return c >= '0' && c <= '9'; });
    const std::size_t first = digits.find_first_not_of('0');
    const std::size_t last = digits.find_last_not_of('0');
    return first == std::string::npos ? 0 : static_cast<int>(last - first) + 1;
}

/// Whether `number` says no more than `value`: the float, rounded to as many digits, is that
/// number. So 0.1 stands for a float that is not quite 0.1, and 0.100000001490116 for the same one.
bool is_spelling_of(std::string_view number, float value) {
    constexpr int kMostDigits = 17;
    const int digits = std::clamp(digits_of(number), 1, kMostDigits);
    const std::string rounded = fmt::format("{:.{}e}", static_cast<double>(value), digits - 1);
    const std::optional<double> said = number_of(number);
    return said && number_of(rounded) == said;
}

bool has_spare_digits(std::string_view array, const Facen& facen) {
    std::size_t at = 0;
    return !std::ranges::all_of(facen, [&](float value) {
        const std::size_t begin = std::min(array.find_first_of(kOfNumbers, at), array.size());
        const std::size_t end = array.find_first_not_of(kOfNumbers, begin);
        at = end;
        return is_spelling_of(array.substr(begin, end - begin), value);
    });
}

bool is_short(const FacenEncoding& encoding) {
    return encoding.form != Form::numbers && encoding.type == Float::float16;
}

bool keeps_all_bits(const FacenEncoding& encoding) {
    return encoding.form != Form::numbers && encoding.type == Float::float32;
}

bool have_same_bits(const Facen& a, const Facen& b) {
    return std::ranges::equal(
        a, b, {}, [](float x) { return std::bit_cast<std::uint32_t>(x); },
        [](float x) { return std::bit_cast<std::uint32_t>(x); });
}

Error lost(std::string what) {
    return {Reason::layout_cannot_carry, std::move(what)};
}

}  // namespace

Result<void> FacenRespelling::append(std::string& out, std::string_view text) const {
    if (from_ == to_) {
        out.append(text);
        return {};
    }
    const Result<Facen> facen = decode_facen(text, from_);
    if (!facen) {
        return failed(Error(Reason::record_malformed, facen.error().detail()));
    }
    const bool is_finite =
        std::ranges::all_of(*facen, [](float value) { return std::isfinite(value); });
    if (!is_finite && !(keeps_all_bits(from_) && keeps_all_bits(to_))) {
        return failed(lost("the facen holds a value that is not finite"));
    }
    if (from_.form == Form::numbers && has_spare_digits(text, *facen)) {
        return failed(lost("the facen holds a number with more digits than float32 has"));
    }
    if (is_short(to_) && !have_same_bits(as_written(*facen, to_), *facen)) {
        return failed(lost("the facen would lose bits in float16"));
    }
    append_facen(out, *facen, to_, slash_style_of(text).value_or(SlashStyle::plain), "");
    return {};
}

}  // namespace ffdump

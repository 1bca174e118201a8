// SPDX-License-Identifier: Apache-2.0
#include "facen_respelling.hpp"

#include "number_spelling.hpp"

#include "ffdump/record/facen.hpp"

#include <msgpack.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace ffdump {
namespace {

using Form = FacenEncoding::Form;
using Float = FacenEncoding::Float;

constexpr std::string_view kOfNumbers = "0123456789.eE+-";

bool has_spare_digits(std::string_view array, const Facen& facen) {
    std::size_t at = 0;
    return !std::ranges::all_of(facen, [&](float value) {
        const std::size_t begin = std::min(array.find_first_of(kOfNumbers, at), array.size());
        const std::size_t end = array.find_first_not_of(kOfNumbers, begin);
        at = end;
        return is_spelling_of(array.substr(begin, end - begin), value);
    });
}

bool is_of_json(const FacenEncoding& encoding) {
    return encoding.carrier == FacenEncoding::Carrier::json;
}

/// Looks for a number in an array of msgpack that is no float32.
struct LongNumberFinder : msgpack::null_visitor {
    bool has_any = false;

    bool visit_positive_integer(std::uint64_t v) { return note(v, static_cast<float>(v)); }
    bool visit_negative_integer(std::int64_t v) { return note(v, static_cast<float>(v)); }
    bool visit_float64(double v) {
        has_any = has_any || (std::isfinite(v) && static_cast<double>(static_cast<float>(v)) != v);
        return true;
    }

 private:
    template <class Whole>
    bool note(Whole whole, float value) {
        // Both are exact as long doubles, which have 64 bits for digits.
        has_any = has_any || static_cast<long double>(whole) != static_cast<long double>(value);
        return true;
    }
};

bool has_long_numbers(std::string_view array) {
    LongNumberFinder finder;
    std::size_t end = 0;
    return !msgpack::parse(array.data(), array.size(), end, finder) || finder.has_any;
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
    const bool is_longer =
        from_.form == Form::numbers &&
        (is_of_json(from_) ? has_spare_digits(text, *facen) : has_long_numbers(text));
    if (is_longer) {
        return failed(lost("the facen holds a number with more digits than float32 has"));
    }
    if (is_short(to_) && !have_same_bits(as_written(*facen, to_), *facen)) {
        return failed(lost("the facen would lose bits in float16"));
    }
    const std::optional<SlashStyle> slash =
        is_of_json(from_) ? slash_style_of(text) : std::optional<SlashStyle>();
    append_facen(out, *facen, to_, slash.value_or(SlashStyle::plain), "");
    return {};
}

}  // namespace ffdump

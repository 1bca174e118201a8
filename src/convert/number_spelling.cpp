// SPDX-License-Identifier: Apache-2.0
#include "number_spelling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace ffdump {
namespace {

/// No double has more.
constexpr std::size_t kMostDigits = 800;

/// 0.0120 is 12 with the exponent -2, that of its first digit; zero has no digits.
struct Decimal {
    std::string digits;
    std::int64_t exponent = 0;
    friend bool operator==(const Decimal&, const Decimal&) = default;
};

std::int64_t exponent_of(std::string_view text) {
    text.remove_prefix(text.starts_with('+') ? 1 : 0);
    std::int64_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    return error == std::errc{} ? exponent : 0;
}

Decimal decimal_of(std::string_view number) {
    const std::size_t e = std::min(number.find_first_of("eE"), number.size());
    Decimal decimal;
    std::int64_t before_point = -1;
    for (const char c : number.substr(0, e)) {
        if (c == '.') {
            before_point = static_cast<std::int64_t>(decimal.digits.size());
        } else if (c >= '0' && c <= '9') {
            decimal.digits += c;
        }
    }
    before_point =
        before_point < 0 ? static_cast<std::int64_t>(decimal.digits.size()) : before_point;
    const std::size_t first = decimal.digits.find_first_not_of('0');
    if (first == std::string::npos) {
        return {};
    }
    decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
    decimal.digits.erase(0, first);
    decimal.exponent = before_point - 1 - static_cast<std::int64_t>(first) +
                       (e < number.size() ? exponent_of(number.substr(e + 1)) : 0);
    return decimal;
}

template <class Float>
bool is_spelling(std::string_view number, Float value) {
    const Decimal said = decimal_of(number);
    if (said.digits.empty() || said.digits.size() > kMostDigits) {
        return said.digits.empty() && value == 0;
    }
    const auto exact = static_cast<double>(value);
    // At powers of two the shortest number that is read as the value need not be the nearest one.
    return decimal_of(fmt::format("{:.{}e}", exact, said.digits.size() - 1)) == said ||
           decimal_of(fmt::format("{}", value)) == said;
}

}  // namespace

bool is_spelling_of(std::string_view number, double value) {
    return is_spelling(number, value);
}

bool is_spelling_of(std::string_view number, float value) {
    return is_spelling(number, value);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "go_duration.hpp"

#include "ffdump/config/load_settings.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace ffdump {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
};

// Longest names first where one begins with another. Go knows both spellings of the micro sign.
constexpr std::array kUnits = {
    Unit{"ns", 1},       Unit{"us", 1000},      Unit{"\u00B5s", 1000},  Unit{"\u03BCs", 1000},
    Unit{"ms", 1000000}, Unit{"s", 1000000000}, Unit{"m", 60000000000}, Unit{"h", 3600000000000},
};
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();  // Go's own bound

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes digits off the front of `text`; nothing when they exceed Go's bound.
std::optional<std::uint64_t> take_whole(std::string_view& text) {
    std::uint64_t value = 0;
    while (!text.empty() && is_digit(text.front())) {
        const auto digit = static_cast<std::uint64_t>(text.front() - '0');
        if (value > (kMost - digit) / 10) {
            return std::nullopt;
        }
        value = (value * 10) + digit;
        text.remove_prefix(1);
    }
    return value;
}

/// Digits after the point as a share of one; those that no longer matter are passed over.
double take_fraction(std::string_view& text) {
    double value = 0;
    double weight = 0.1;
    while (!text.empty() && is_digit(text.front())) {
        value += weight * (text.front() - '0');
        weight /= 10;
        text.remove_prefix(1);
    }
    return value;
}

/// The unit at the front of `text`, whose name ends where a digit, a point or the end comes.
const Unit* take_unit(std::string_view& text) {
    const std::size_t length = std::min(text.find_first_of("0123456789."), text.size());
    for (const Unit& unit : kUnits) {
        if (unit.name == text.substr(0, length)) {
            text.remove_prefix(length);
            return &unit;
        }
    }
    return nullptr;
}

/// One number with its unit, in nanoseconds.
std::optional<std::uint64_t> take_term(std::string_view& text) {
    const std::size_t before = text.size();
    const auto whole = take_whole(text);
    std::size_t digits = before - text.size();
    double fraction = 0;
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        const std::size_t start = text.size();
        fraction = take_fraction(text);
        digits += start - text.size();
    }
    if (!whole || digits == 0) {
        return std::nullopt;
    }
    const Unit* unit = take_unit(text);
    if (unit == nullptr || *whole > kMost / unit->nanoseconds) {
        return std::nullopt;
    }
    const auto part =
        static_cast<std::uint64_t>(std::llround(fraction * static_cast<double>(unit->nanoseconds)));
    return (*whole * unit->nanoseconds) + part;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text == "0") {
        return std::chrono::milliseconds(0);
    }
    if (text.empty()) {
        return std::nullopt;
    }
    std::uint64_t total = 0;
    while (!text.empty()) {
        const auto term = take_term(text);
        if (!term || *term > kMost || total > kMost - *term) {
            return std::nullopt;
        }
        total += *term;
    }
    // Upwards, since zero means "none": 500us must not switch a time-out off.
    constexpr std::uint64_t kPerMillisecond = 1000000;
    const std::uint64_t rest = total % kPerMillisecond;
    return std::chrono::milliseconds(
        static_cast<std::int64_t>((total / kPerMillisecond) + (rest != 0 ? 1 : 0)));
}

std::string go_duration_text(std::chrono::milliseconds duration) {
    const std::int64_t count = duration.count();
    if (count <= 0) {
        return "0s";
    }
    std::string text;
    const auto add = [&text](std::int64_t number, std::string_view unit) {
        if (number != 0) {
            text += fmt::format("{}{}", number, unit);
        }
    };
    add(count / 3600000, "h");
    add(count / 60000 % 60, "m");
    add(count / 1000 % 60, "s");
    add(count % 1000, "ms");
    return text;
}

}  // namespace ffdump

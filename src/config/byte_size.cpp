// SPDX-License-Identifier: Apache-2.0
#include "byte_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace ffdump {
namespace {

struct SizeUnit {
    std::string_view name;
    std::uint64_t bytes;
};
constexpr std::array kSizeUnits = {SizeUnit{"GiB", 1U << 30U}, SizeUnit{"MiB", 1U << 20U},
                                   SizeUnit{"KiB", 1U << 10U}, SizeUnit{"", 1}};

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) {
    std::uint64_t value = 0;
    const char* begin = text.data();
    const char* end = begin + text.size();
    const auto [stop, problem] = std::from_chars(begin, end, value);
    if (text.empty() || problem != std::errc() || stop != end) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto value = parse_whole(text.substr(0, digits));
    std::string_view name = text.substr(digits);
    if (name.starts_with(' ')) {
        name.remove_prefix(1);
    }
    const auto* unit = std::ranges::find(kSizeUnits, name, &SizeUnit::name);
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (!value || unit == kSizeUnits.end() || *value > kMost / unit->bytes) {
        return std::nullopt;
    }
    return *value * unit->bytes;
}

std::string byte_size_text(std::uint64_t bytes) {
    for (const SizeUnit& unit : kSizeUnits) {
        if (bytes != 0 && bytes % unit.bytes == 0) {
            return fmt::format("{}{}", bytes / unit.bytes, unit.name);
        }
    }
    return "0";
}

}  // namespace ffdump

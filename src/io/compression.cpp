// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/compression.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <system_error>

namespace ffdump {
namespace {

using Kind = Compression::Kind;
using namespace std::string_view_literals;

struct KindFacts {
    Kind kind;
    std::string_view word;
    std::string_view ending;
    int default_level;
    int highest_level;
};
constexpr std::array kKinds = {
    KindFacts{Kind::none, "none", "", 0, 0},
    KindFacts{Kind::zstd, "zstd", ".zst", 3, 19},
    KindFacts{Kind::gzip, "gzip", ".gz", 6, 9},
};

const KindFacts& facts_of(Kind kind) noexcept {
    return kKinds.at(static_cast<std::size_t>(kind));
}

}  // namespace

Compression Compression::of(Kind kind) noexcept {
    return {kind, facts_of(kind).default_level};
}

std::optional<Compression> Compression::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    for (const KindFacts& facts : kKinds) {
        if (text.substr(0, colon) != facts.word) {
            continue;
        }
        if (colon == std::string_view::npos) {
            return of(facts.kind);
        }
        const std::string_view digits = text.substr(colon + 1);
        int level = 0;
        const auto [stop, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), level);
        const bool is_level = error == std::errc{} && stop == digits.data() + digits.size() &&
                              level >= 1 && level <= facts.highest_level;
        return is_level ? std::optional(Compression{facts.kind, level}) : std::nullopt;
    }
    return std::nullopt;
}

std::string Compression::text() const {
    return kind == Kind::none ? "none" : fmt::format("{}:{}", facts_of(kind).word, level);
}

Kind compression_of(std::string_view prefix) noexcept {
    constexpr std::string_view kSkippable = "\x2A\x4D\x18"sv;  // after a byte 0x50 to 0x5F
    if (prefix.starts_with("\x28\xB5\x2F\xFD"sv) ||
        (prefix.size() > kSkippable.size() && (static_cast<unsigned char>(prefix[0]) >> 4U) == 5U &&
         prefix.substr(1).starts_with(kSkippable))) {
        return Kind::zstd;
    }
    return prefix.starts_with("\x1F\x8B"sv) ? Kind::gzip : Kind::none;
}

std::string unpacked_name(std::string_view name) {
    for (const KindFacts& facts : kKinds) {
        if (!facts.ending.empty() && name.ends_with(facts.ending) &&
            name.size() > facts.ending.size()) {
            return std::string(name.substr(0, name.size() - facts.ending.size()));
        }
    }
    return std::string(name);
}

std::string packed_name(std::string_view name, Kind kind) {
    return unpacked_name(name).append(facts_of(kind).ending);
}

}  // namespace ffdump

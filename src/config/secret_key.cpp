// SPDX-License-Identifier: Apache-2.0
#include "secret_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kLongestSecret = 4096;

/// A secret's text without the line end that editors leave; nothing when it cannot be one.
std::optional<Secret> made_secret(std::string text) {
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    const bool plain = std::ranges::all_of(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x20U && c != 0x7F; });
    if (text.empty() || text.size() > kLongestSecret || !plain) {
        return std::nullopt;
    }
    return Secret(std::move(text));
}

}  // namespace

Secret read_secret_key(SectionReader& section, const std::string& key,
                       const SecretReader& read_secret) {
    const auto direct = section.text_or_empty(key);
    const std::string file_key = key + "-file";
    const auto path = section.text_or_empty(file_key);
    if (direct && path) {
        section.mistake(file_key, fmt::format("stands beside {}", key), "keep one of the two");
        return {};
    }
    if (direct) {
        return Secret(*direct);
    }
    if (!path) {
        return {};
    }
    if (!read_secret) {
        section.mistake(file_key, "cannot be read here", fmt::format("give {} instead", key));
        return {};
    }
    const auto text = read_secret(*path);
    if (!text) {
        const std::string place = text.error().place_text();
        section.mistake(file_key,
                        fmt::format("cannot be read: {}{}{}", place, place.empty() ? "" : ": ",
                                    text.error().detail()),
                        text.error().hint_text());
        return {};
    }
    auto secret = made_secret(*text);
    if (!secret) {
        section.mistake(file_key, "names a file that holds no key",
                        "put the key on one line of the file and nothing else");
    }
    return secret.value_or(Secret());
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "mistakes.hpp"

#include "ffdump/base/nearest_word.hpp"
#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kLongestPath = 160;

std::string_view leaf_of(std::string_view path) {
    return path.substr(path.rfind('.') + 1);  // npos + 1 is 0
}

bool lies_under(std::string_view path, std::string_view section) {
    return path.starts_with(section) &&
           (path.size() == section.size() || path[section.size()] == '.');
}

}  // namespace

std::string dotted(std::string_view section, std::string_view key) {
    return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

std::string excerpt(std::string_view text, std::size_t longest) {
    return text.size() <= longest ? printable(text) : printable(text.substr(0, longest)) + "...";
}

std::string nearest_hint(std::string_view word, const std::vector<std::string>& known) {
    const std::string nearest = nearest_word(word, known);
    return nearest.empty() ? fmt::format("one of {}", fmt::join(known, ", "))
                           : fmt::format("did you mean {}?", nearest);
}

void Mistakes::note_origin(std::string path, std::string origin) {
    origins_.push_back({std::move(path), std::move(origin)});
}

Error Mistakes::placed(Error error, YamlMark mark, const std::string& path) const {
    if (mark.line != 0) {
        return std::move(error).at_file(file_).at_line(mark.line, mark.column);
    }
    const Origin* best = nullptr;
    for (const Origin& origin : origins_) {
        if (lies_under(path, origin.path) &&
            (best == nullptr || origin.path.size() >= best->path.size())) {
            best = &origin;
        }
    }
    return std::move(error).at_file(best == nullptr ? file_ : best->name);
}

void Mistakes::add(YamlMark mark, const std::string& path, std::string_view text,
                   std::string hint) {
    Error error(Reason::config_invalid, fmt::format("{} {}", excerpt(path, kLongestPath), text));
    errors_.push_back(placed(std::move(error).hint(std::move(hint)), mark, path));
}

void Mistakes::add_unknown(YamlMark mark, std::string section, std::string key,
                           std::vector<std::string> siblings) {
    unknown_.push_back({mark, std::move(section), std::move(key), std::move(siblings)});
}

std::string Mistakes::suggestion(const UnknownKey& unknown) const {
    if (const std::string near = nearest_word(unknown.key, unknown.siblings); !near.empty()) {
        return fmt::format("did you mean {}?", dotted(unknown.section, near));
    }
    std::vector<std::string> leaves;
    leaves.reserve(known_.size());
    for (const std::string& path : known_) {
        leaves.emplace_back(leaf_of(path));
    }
    const std::string near = nearest_word(unknown.key, leaves);
    std::vector<std::string> places;
    for (const std::string& path : known_) {
        if (!near.empty() && leaf_of(path) == near && places.size() < 3 &&
            std::ranges::find(places, path) == places.end()) {
            places.push_back(path);
        }
    }
    if (!places.empty()) {
        return fmt::format("did you mean {}?", fmt::join(places, " or "));
    }
    return fmt::format("known here: {}", fmt::join(unknown.siblings, ", "));
}

std::vector<Error> Mistakes::finish() {
    for (const UnknownKey& unknown : unknown_) {
        const std::string path = dotted(unknown.section, unknown.key);
        Error error(Reason::config_invalid,
                    fmt::format("unknown key {}", excerpt(path, kLongestPath)));
        errors_.push_back(placed(std::move(error).hint(suggestion(unknown)), unknown.mark, path));
    }
    unknown_.clear();
    const auto rank = [](const Error& error) {
        const std::uint64_t line = error.place().line;
        return std::tuple(line == 0 ? std::numeric_limits<std::uint64_t>::max() : line,
                          error.place().column);
    };
    std::ranges::stable_sort(errors_,
                             [&rank](const Error& a, const Error& b) { return rank(a) < rank(b); });
    return std::move(errors_);
}

}  // namespace ffdump

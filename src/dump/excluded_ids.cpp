// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/excluded_ids.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ffdump {
namespace {

std::optional<std::uint64_t> parse_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return id;
}

std::string_view trimmed(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) {
        return {};
    }
    return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

void sort_once(std::vector<std::uint64_t>& ids) {
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
}

}  // namespace

Result<ExcludedIds> ExcludedIds::parse(std::string_view text, const std::string& name) {
    ExcludedIds ids;
    std::uint64_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) {
            continue;
        }
        const std::size_t space = line.find_last_of(" \t");
        const bool in_gallery = space != std::string_view::npos;
        const std::optional<std::uint64_t> id =
            parse_id(in_gallery ? line.substr(space + 1) : line);
        if (!id) {
            return failed(Error(Reason::config_invalid, "this line is neither ID nor GALLERY ID")
                              .at_file(name)
                              .at_line(number)
                              .hint("write one record a line, ids in decimal"));
        }
        if (in_gallery) {
            ids.by_gallery_[std::string(trimmed(line.substr(0, space)))].push_back(*id);
        } else {
            ids.everywhere_.push_back(*id);
        }
    }
    sort_once(ids.everywhere_);
    for (auto& [gallery, list] : ids.by_gallery_) {
        sort_once(list);
    }
    return ids;
}

std::vector<std::string> ExcludedIds::galleries() const {
    std::vector<std::string> names;
    for (const auto& [gallery, ids] : by_gallery_) {
        names.push_back(gallery);
    }
    return names;
}

std::uint64_t ExcludedIds::size() const {
    std::uint64_t count = everywhere_.size();
    for (const auto& [gallery, ids] : by_gallery_) {
        count += ids.size();
    }
    return count;
}

bool ExcludedIds::contains(const std::string& gallery, RecordId id) const {
    if (std::ranges::binary_search(everywhere_, id.value)) {
        return true;
    }
    const auto it = by_gallery_.find(gallery);
    return it != by_gallery_.end() && std::ranges::binary_search(it->second, id.value);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/member_text.hpp"

#include "json_members.hpp"
#include "json_scan.hpp"

#include "ffdump/dump/record_reader.hpp"

namespace ffdump {

std::optional<std::string> member_text(std::string_view record, const FieldPath& path) {
    const MemberPlace place = find_member(record, 0, path, SearchEnd::first_found);
    const std::size_t end =
        place.kind == MemberPlace::Kind::found ? value_end(record, place.at) : kNowhere;
    if (end == kNowhere) {
        return std::nullopt;
    }
    const std::string_view value = trim_end(record.substr(place.at, end - place.at));
    if (value.empty() || value == "null" || value == R"("")" || value.front() == '{' ||
        value.front() == '[') {
        return std::nullopt;
    }
    if (value.front() != '"') {
        return std::string(value);
    }
    const std::string_view token = value.substr(1, value.size() - 2);
    return unescape_json(token).value_or(std::string(token));
}

std::optional<FieldPath> parse_field_path(std::string_view text) {
    FieldPath path;
    for (;;) {
        const std::size_t dot = text.find('.');
        path.emplace_back(text.substr(0, dot));
        if (path.back().empty()) {
            return std::nullopt;
        }
        if (dot == std::string_view::npos) {
            return path;
        }
        text.remove_prefix(dot + 1);
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/object_members.hpp"

#include "json_scan.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <cstddef>

namespace ffdump {
namespace {

/// Reads the member that begins at `at`, white space included; stands behind it afterwards.
bool read_member(std::string_view text, std::size_t& at, JsonMember& member) {
    const std::size_t quote = skip_space(text, at);
    if (quote == text.size() || text[quote] != '"') {
        return false;
    }
    const std::size_t close = string_end(text, quote + 1);
    if (close == kNowhere) {
        return false;
    }
    const std::size_t colon = skip_space(text, close + 1);
    if (colon == text.size() || text[colon] != ':') {
        return false;
    }
    const std::size_t value = skip_space(text, colon + 1);
    const std::size_t end = value_end(text, value);
    if (end == kNowhere || end == value) {
        return false;
    }
    member.before = text.substr(at, quote - at);
    member.key = text.substr(quote + 1, close - quote - 1);
    member.colon = text.substr(close + 1, value - close - 1);
    member.value = text.substr(value, end - value);
    at = skip_space(text, end);
    member.behind = text.substr(end, at - end);
    return true;
}

}  // namespace

bool visit_members(std::string_view object, const std::function<void(const JsonMember&)>& visit) {
    if (!object.starts_with('{')) {
        return false;
    }
    std::size_t at = skip_space(object, 1);
    if (at + 1 == object.size() && object[at] == '}') {
        return true;
    }
    for (at = 1;; ++at) {
        JsonMember member;
        if (!read_member(object, at, member) || at == object.size()) {
            return false;
        }
        visit(member);
        if (object[at] == '}') {
            return at + 1 == object.size();
        }
        if (object[at] != ',') {
            return false;
        }
    }
}

bool split_object(std::string_view object, std::vector<JsonMember>& members,
                  std::string_view& blank) {
    members.clear();
    const bool is_object =
        visit_members(object, [&members](const JsonMember& member) { members.push_back(member); });
    blank = is_object && members.empty() ? object.substr(1, object.size() - 2) : std::string_view();
    return is_object;
}

bool is_json_key(std::string_view text, std::string_view key) {
    if (text.find('\\') == std::string_view::npos) {
        return text == key;
    }
    const Result<std::string> plain = unescape_json(text);
    return plain && *plain == key;
}

}  // namespace ffdump

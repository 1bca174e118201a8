// SPDX-License-Identifier: Apache-2.0
#include "json_members.hpp"

#include "json_scan.hpp"
#include "json_text.hpp"

#include "ffdump/dump/object_members.hpp"

#include <simdjson.h>

#include <string>

namespace ffdump {
namespace {

using Kind = MemberPlace::Kind;

/// Walks the members of one object and of those in it that the path leads through.
class MemberSearch {
 public:
    MemberSearch(std::string_view text, const FieldPath& path, SearchEnd end)
        : text_(text), path_(path), end_(end) {}

    /// `begin` is where the object of the path's part `depth` begins.
    MemberPlace object(std::size_t begin, std::size_t depth) {
        at_ = skip_space(text_, begin);
        if (at_ == text_.size()) {
            return unknown();
        }
        if (text_[at_] != '{') {
            return {Kind::malformed, 0};
        }
        ++at_;
        MemberPlace place;
        for (bool is_first = true;; is_first = false) {
            at_ = skip_space(text_, at_);
            if (at_ == text_.size()) {
                return place.kind == Kind::found ? place : unknown();
            }
            if (text_[at_] == '}') {
                ++at_;
                return place;
            }
            if (!is_first && text_[at_++] != ',') {
                return {Kind::malformed, 0};
            }
            if (const MemberPlace more = member(depth); more.kind != Kind::absent) {
                if (more.kind != Kind::found || place.kind == Kind::found) {
                    return more.kind == Kind::incomplete && place.kind == Kind::found
                               ? place
                               : MemberPlace{more.kind == Kind::incomplete ? Kind::incomplete
                                                                           : Kind::malformed,
                                             0};
                }
                place = more;
                if (end_ == SearchEnd::first_found) {
                    return place;
                }
            }
        }
    }

 private:
    /// The text ends here, also for the objects around this one.
    [[nodiscard]] MemberPlace unknown() {
        at_ = text_.size();
        return {Kind::incomplete, 0};
    }

    /// One key and its value; stands behind it afterwards.
    MemberPlace member(std::size_t depth) {
        at_ = skip_space(text_, at_);
        if (at_ == text_.size()) {
            return unknown();
        }
        const std::size_t close =
            text_[at_] == '"' ? string_end(text_, at_ + 1) : std::string_view::npos;
        if (close == kNowhere) {
            return text_[at_] == '"' ? unknown() : MemberPlace{Kind::malformed, 0};
        }
        const std::string_view key = text_.substr(at_ + 1, close - at_ - 1);
        at_ = skip_space(text_, close + 1);
        if (at_ == text_.size()) {
            return unknown();
        }
        if (text_[at_] != ':') {
            return {Kind::malformed, 0};
        }
        const std::size_t value = skip_space(text_, at_ + 1);
        if (value == text_.size()) {
            return unknown();
        }
        const bool is_wanted = is_json_key(key, path_[depth]);
        if (is_wanted && depth + 1 < path_.size() && text_[value] == '{') {
            return object(value, depth + 1);
        }
        const bool is_found = is_wanted && depth + 1 == path_.size();
        if (is_found && end_ == SearchEnd::first_found) {
            return {Kind::found, value};
        }
        at_ = value_end(text_, value);
        if (at_ == kNowhere) {
            return unknown();
        }
        return is_found ? MemberPlace{Kind::found, value} : MemberPlace{};
    }

    std::string_view text_;
    const FieldPath& path_;
    SearchEnd end_;
    std::size_t at_ = 0;
};

}  // namespace

MemberPlace find_member(std::string_view text, std::size_t from, const FieldPath& path,
                        SearchEnd end) {
    return path.empty() ? MemberPlace{} : MemberSearch(text, path, end).object(from, 0);
}

bool is_json_value(std::string_view text) {
    simdjson::dom::parser parser;
    std::string copy(text);
    if (parser.parse(copy).error() == simdjson::UTF8_ERROR) {
        mask_bytes_not_utf8(copy);
    }
    return parser.parse(copy).error() == simdjson::SUCCESS;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/suggest_profile.hpp"

#include "json_scan.hpp"
#include "json_text.hpp"
#include "msgpack_sketch.hpp"
#include "profile_draft.hpp"
#include "recognise_sketch.hpp"

#include "ffdump/dump/profile.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMostDepth = 4;

/// The word of facen_encoding that a value looks like, or nothing.
std::optional<std::string_view> encoding_of(const dom::element& value) {
    if (dom::array numbers; value.get(numbers) == simdjson::SUCCESS) {
        const bool is_facen = numbers.size() >= kFewestFloats &&
                              std::ranges::all_of(numbers, [](const dom::element& element) {
                                  return element.is_number();
                              });
        return is_facen ? std::optional<std::string_view>("numbers") : std::nullopt;
    }
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return base64_word_of(text);
}

std::string kind_of(const dom::element& value) {
    switch (value.type()) {
        case dom::element_type::ARRAY:
            return fmt::format("list of {}", dom::array(value).size());
        case dom::element_type::OBJECT:
            return fmt::format("object of {}", dom::object(value).size());
        case dom::element_type::STRING:
            return fmt::format("text of {} bytes", std::string_view(value).size());
        case dom::element_type::BOOL:
            return "true or false";
        case dom::element_type::NULL_VALUE:
            return "null";
        default:
            return "number";
    }
}

void collect(dom::object object, const FieldPath& above, std::vector<DraftMember>& members) {
    for (const dom::key_value_pair field : object) {
        FieldPath path = above;
        path.emplace_back(field.key);
        members.push_back({.path = path,
                           .kind = kind_of(field.value),
                           .encoding = encoding_of(field.value),
                           .is_id = field.value.is_uint64(),
                           .is_text = field.value.is_string()});
        if (dom::object inner;
            path.size() < kMostDepth && field.value.get(inner) == simdjson::SUCCESS) {
            collect(inner, path, members);
        }
    }
}

/// What a file looks like by its first value.
struct Shape {
    std::string_view container;
    std::string_view record;  ///< of one whole record
    FieldPath records;        ///< of json_object
};

std::string_view first_object(std::string_view text, std::size_t from) {
    const std::size_t begin = skip_space(text, from);
    if (begin == text.size() || text[begin] != '{') {
        return {};
    }
    const std::size_t end = bracket_end(text, begin);
    return end == kNowhere ? std::string_view() : text.substr(begin, end - begin);
}

/// The array of objects that an object which may be cut off holds at its top.
std::optional<Shape> object_with_array(std::string_view text) {
    const RecordSketch sketch = sketch_json(text);
    for (const std::string& key : sketch.top_keys) {
        const std::string quoted = '"' + key + '"';
        const std::size_t at = text.find(quoted);
        const std::size_t colon =
            at == std::string_view::npos ? at : skip_space(text, at + quoted.size());
        if (colon >= text.size() || text[colon] != ':') {
            continue;
        }
        const std::size_t open = skip_space(text, colon + 1);
        if (open < text.size() && text[open] == '[') {
            if (const std::string_view record = first_object(text, open + 1); !record.empty()) {
                return Shape{"json_object", record, {key}};
            }
        }
    }
    return std::nullopt;
}

std::optional<Shape> shape_of(std::string_view text) {
    const std::size_t begin = skip_space(text, 0);
    if (begin < text.size() && text[begin] == '[') {
        const std::string_view record = first_object(text, begin + 1);
        return record.empty() ? std::nullopt : std::optional(Shape{"json_array", record, {}});
    }
    const std::string_view value = first_object(text, begin);
    const std::size_t end = begin + value.size();
    const bool is_alone = value.empty() || skip_space(text, end) == text.size();
    if (is_alone) {
        if (auto shape = object_with_array(text.substr(begin))) {
            return shape;
        }
    }
    if (value.empty()) {
        return std::nullopt;
    }
    const std::string_view gap = text.substr(end, skip_space(text, end) - end);
    const bool is_line = value.find('\n') == std::string_view::npos &&
                         (is_alone || gap.find('\n') != std::string_view::npos);
    return Shape{is_line ? "json_lines" : "json_stream", value, {}};
}

}  // namespace

Result<std::string> suggest_profile(std::string_view prefix) {
    if (begins_msgpack(prefix)) {
        return suggest_msgpack_profile(prefix);
    }
    const std::optional<Shape> shape = shape_of(prefix);
    dom::parser parser;
    dom::object record;
    std::string copy(shape ? shape->record : std::string_view());
    mask_bytes_not_utf8(copy);
    if (!shape || parser.parse(copy).get(record) != simdjson::SUCCESS) {
        return failed(Error(Reason::source_unrecognized,
                            "no whole JSON object was found to draft a profile from"));
    }
    std::vector<DraftMember> members;
    collect(record, {}, members);
    return draft_profile(members, shape->container, shape->records);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/suggest_profile.hpp"

#include "json_scan.hpp"
#include "json_text.hpp"
#include "recognise_sketch.hpp"

#include "ffdump/base/printable.hpp"
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
/// Fewer floats or shorter text is no facen of any model.
constexpr std::size_t kFewestNumbers = 16;
constexpr std::size_t kShortestText = 64;

/// A member somewhere in the first record.
struct Member {
    FieldPath path;
    dom::element value;
};

bool holds(std::string_view key, std::string_view part) {
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    });
    return lower.find(part) != std::string::npos;
}

void collect(dom::object object, const FieldPath& above, std::vector<Member>& members) {
    for (const dom::key_value_pair field : object) {
        FieldPath path = above;
        path.emplace_back(field.key);
        members.push_back({path, field.value});
        if (dom::object inner;
            path.size() < kMostDepth && field.value.get(inner) == simdjson::SUCCESS) {
            collect(inner, path, members);
        }
    }
}

/// The word of facen_encoding that a value looks like, or nothing.
std::optional<std::string_view> encoding_of(const dom::element& value) {
    if (dom::array numbers; value.get(numbers) == simdjson::SUCCESS) {
        const bool is_facen = numbers.size() >= kFewestNumbers &&
                              std::ranges::all_of(numbers, [](const dom::element& element) {
                                  return element.is_number();
                              });
        return is_facen ? std::optional<std::string_view>("numbers") : std::nullopt;
    }
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || text.size() < kShortestText) {
        return std::nullopt;
    }
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=";
    if (text.find_first_not_of(kAlphabet) != std::string_view::npos) {
        return std::nullopt;
    }
    const bool is_url = text.find_first_of("-_") != std::string_view::npos;
    const bool is_padded = text.size() % 4 == 0;
    if (is_url) {
        return is_padded ? "base64url-float32le" : "base64url-unpadded-float32le";
    }
    return is_padded ? "base64-float32le" : "base64-unpadded-float32le";
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

/// A key as YAML in double quotes, or plain.
std::string yaml_key(const std::string& key) {
    const bool is_plain = !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
    if (is_plain) {
        return key;
    }
    std::string quoted = "\"";
    for (const char c : key) {
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            quoted += (c == '"' || c == '\\') ? "\\" : "";
            quoted += c;
        }
    }
    return quoted + "\"";
}

std::string yaml_path(const FieldPath& path) {
    std::string dotted;
    std::string list;
    bool is_plain = true;
    for (const std::string& part : path) {
        const std::string key = yaml_key(part);
        is_plain = is_plain && key == part;
        dotted += (dotted.empty() ? "" : ".") + key;
        list += (list.empty() ? "" : ", ") + key;
    }
    return is_plain ? dotted : "[" + list + "]";
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
    const JsonSketch sketch = sketch_json(text);
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

/// Guesses what the members of a record are.
class Draft {
 public:
    explicit Draft(const std::vector<Member>& members) : members_(members) {
        for (const Member& member : members) {
            const std::string& key = member.path.back();
            const std::optional<std::string_view> encoding = encoding_of(member.value);
            if (encoding && facen_ == nullptr) {
                facen_ = &member;
                encoding_ = *encoding;
            } else if (member.value.is_uint64() &&
                       (id_ == nullptr || (key == "id" && !is_named_))) {
                id_ = &member;
                is_named_ = key == "id";
            } else if (member.value.is_string() && holds(key, "model")) {
                model_ = model_ == nullptr ? &member : model_;
            } else if (member.value.is_string() && holds(key, "norm")) {
                normalized_ = normalized_ == nullptr ? &member : normalized_;
            }
        }
    }

    [[nodiscard]] std::string text(const Shape& shape) const {
        std::string out =
            "# A draft: read it, mend it, and check it with ffdump inspect --format.\n";
        out += "# What each key means: formats/README.md. The first record has\n";
        for (const Member& member : members_) {
            out += fmt::format("#   {}: {}\n", printable(yaml_path(member.path)),
                               kind_of(member.value));
        }
        out += fmt::format("name: draft\nversion: 1\ncontainer: {}\n", shape.container);
        if (!shape.records.empty()) {
            out += fmt::format("records: {}\n", yaml_path(shape.records));
        }
        out += "record:\n";
        out += line("id", id_, "no whole number was found");
        out += line("facen", facen_, "neither long base64 nor a long list of numbers was found");
        out += line("facen_model", model_, "");
        out += line("normalized_id", normalized_, "no text whose key has `norm` was found");
        if (normalized_ != nullptr && normalized_->path.size() > 1) {
            const FieldPath& path = normalized_->path;
            out += fmt::format("  meta: {}\n", yaml_path(FieldPath(path.begin(), path.end() - 1)));
        }
        out += fmt::format("facen_encoding: {}", encoding_);
        return out + "  # or float16le, which looks the same\n";
    }

 private:
    static std::string line(std::string_view field, const Member* member, std::string_view why) {
        if (member != nullptr) {
            return fmt::format("  {}: {}\n", field, yaml_path(member->path));
        }
        return why.empty() ? std::string() : fmt::format("  # {}: {}\n", field, why);
    }

    const std::vector<Member>& members_;
    const Member* id_ = nullptr;
    const Member* facen_ = nullptr;
    const Member* model_ = nullptr;
    const Member* normalized_ = nullptr;
    std::string_view encoding_ = "base64-float32le";
    bool is_named_ = false;
};

}  // namespace

Result<std::string> suggest_profile(std::string_view prefix) {
    const std::optional<Shape> shape = shape_of(prefix);
    dom::parser parser;
    dom::object record;
    std::string copy(shape ? shape->record : std::string_view());
    mask_bytes_not_utf8(copy);
    if (!shape || parser.parse(copy).get(record) != simdjson::SUCCESS) {
        return failed(Error(Reason::source_unrecognized,
                            "no whole JSON object was found to draft a profile from"));
    }
    std::vector<Member> members;
    collect(record, {}, members);
    return Draft(members).text(*shape);
}

}  // namespace ffdump

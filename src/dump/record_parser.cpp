// SPDX-License-Identifier: Apache-2.0
#include "record_parser.hpp"

#include "field_tree.hpp"
#include "json_scan.hpp"
#include "json_text.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

namespace ondemand = simdjson::ondemand;
static_assert(RecordParser::kPadding >= simdjson::SIMDJSON_PADDING);

/// simdjson's parser with memory that grows in steps rather than by each slightly longer record.
class GrowingParser {
 public:
    simdjson::error_code iterate(const RawRecord& record, ondemand::document& document) {
        if (record.size > parser_.capacity()) {
            constexpr std::size_t kSmallest = std::size_t{16} << 10U;
            const std::size_t wanted = std::max({record.size, 2 * parser_.capacity(), kSmallest});
            if (parser_.allocate(wanted) != simdjson::SUCCESS) {
                throw std::bad_alloc();
            }
        }
        return parser_
            .iterate(simdjson::padded_string_view(record.bytes, record.size, record.capacity))
            .get(document);
    }

 private:
    ondemand::parser parser_;
};

/// One pass over one record.
class RecordWalk {
 public:
    RecordWalk(const FieldTree& tree, SeenFields& seen, std::size_t depth, RecordSpan& span)
        : tree_(tree),
          seen_(seen),
          depth_limit_(depth),
          span_(span),
          facen_kind_(tree.has_facens_of_numbers() ? '[' : '"') {}

    /// `original` is the record, `parsed` what simdjson reads: the same or a copy with the bytes
    /// masked that are not UTF-8.
    std::optional<ParseFault> run(ondemand::document& document, const RawRecord& original,
                                  const char* parsed) {
        original_ = original;
        parsed_ = parsed;
        here_ = parsed;
        // One look at the whole record spares one at each of its keys and strings.
        has_escapes_ = std::string_view(parsed, original.size).find('\\') != std::string_view::npos;
        seen_.next_record();
        ondemand::object root;
        if (const auto error = document.get_object().get(root)) {
            fail(error);
        } else if (object(root, 0, 1) &&
                   document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
            fail(Reason::record_malformed, "something follows the record's last bracket");
        } else if (!fault_) {
            check_present(has_id_, FieldRole::id);
            check_present(has_facen_, FieldRole::facen);
        }
        if (fault_ && has_id_) {
            fault_->id = span_.id;
        }
        return std::move(fault_);
    }

 private:
    bool fail(Reason reason, std::string detail) {
        if (!fault_) {
            fault_ = ParseFault{.reason = reason,
                                .detail = std::move(detail),
                                .at = static_cast<std::size_t>(here_ - parsed_),
                                .id = {}};
        }
        return false;
    }
    bool fail(simdjson::error_code error) {
        return fail(Reason::record_malformed,
                    fmt::format("not a JSON object: {}", simdjson::error_message(error)));
    }
    void check_present(bool present, FieldRole role) {
        if (present || fault_) {
            return;
        }
        here_ = parsed_;
        for (std::size_t node = 0; node < tree_.size(); ++node) {
            if (tree_.role(node) == role) {
                fail(Reason::field_missing, fmt::format("no field {}", tree_.path(node)));
            }
        }
    }

    /// The same bytes in the record itself.
    [[nodiscard]] std::string_view original(std::string_view text) const {
        return {original_.bytes + (text.data() - parsed_), text.size()};
    }
    [[nodiscard]] ByteRange range(std::string_view text) const {
        return {.begin = original_.begin + static_cast<std::uint32_t>(text.data() - parsed_),
                .size = static_cast<std::uint32_t>(text.size())};
    }

    bool object(ondemand::object& object, std::size_t node, std::size_t depth) {
        for (auto item : object) {
            if (item.error() != simdjson::SUCCESS) {
                return fail(item.error());
            }
            // Not get(), whose copy costs a stall a field: a fifth of the whole walk as measured.
            ondemand::field&& field = std::move(item).value_unsafe();
            const std::string_view token = field.value().raw_json_token();
            const std::string_view key = key_before(field.key().raw(), token);
            here_ = key.data();
            if (has_escapes_ && broken_escape(key) != std::string_view::npos) {
                return fail(Reason::record_malformed, "a key holds a broken escape");
            }
            const std::size_t child = tree_.has_children(node) ? child_of(node, key) : kNoNode;
            if (child != kNoNode && !seen_.note(child)) {
                return fail(Reason::key_duplicate,
                            fmt::format("field {} occurs twice", tree_.path(child)));
            }
            if (!value(field.value(), token, child, depth)) {
                return false;
            }
        }
        return true;
    }

    bool array(ondemand::array& array, std::size_t node, std::size_t depth) {
        const bool is_facen = tree_.role(node) == FieldRole::facen;
        for (auto item : array) {
            if (item.error() != simdjson::SUCCESS) {
                return fail(item.error());
            }
            ondemand::value element = item.value_unsafe();
            const std::string_view token = element.raw_json_token();
            here_ = token.data();
            if (is_facen && !begins_number(token)) {
                return fail(
                    Reason::record_malformed,
                    fmt::format("field {} holds something else than numbers", tree_.path(node)));
            }
            if (!value(element, token, kNoNode, depth)) {
                return false;
            }
        }
        return true;
    }

    bool value(ondemand::value& value, std::string_view token, std::size_t node,
               std::size_t depth) {
        here_ = token.data();
        const char kind = token.empty() ? '\0' : token.front();
        if (const FieldRole role = tree_.role(node);
            role != FieldRole::none && !check_kind(role, kind, node)) {
            return false;
        }
        switch (kind) {
            case '{':
            case '[':
                return container(value, kind, node, depth + 1);
            case '"':
                return string(value, token, node);
            default:
                return scalar(trim_end(token), node);
        }
    }

    bool container(ondemand::value& value, char kind, std::size_t node, std::size_t depth) {
        if (depth > depth_limit_) {
            return fail(Reason::record_too_deep,
                        fmt::format("nested more than {} deep", depth_limit_));
        }
        if (kind == '{') {
            ondemand::object inner;
            const auto error = value.get_object().get(inner);
            return error != simdjson::SUCCESS ? fail(error) : object(inner, node, depth);
        }
        const char* const begin = here_;
        ondemand::array inner;
        if (const auto error = value.get_array().get(inner)) {
            return fail(error);
        }
        if (!array(inner, node, depth)) {
            return false;
        }
        if (tree_.role(node) == FieldRole::facen) {
            note_facen_numbers(begin);
        }
        return true;
    }

    [[nodiscard]] static bool begins_number(std::string_view token) {
        const char first = token.empty() ? '\0' : token.front();
        return first == '-' || (first >= '0' && first <= '9');
    }

    /// `begin` is the array's bracket, here_ its last number, or the bracket of an empty one: the
    /// next closing bracket is its own.
    void note_facen_numbers(const char* begin) {
        const std::string_view record(parsed_, original_.size);
        const std::size_t close = record.find(']', static_cast<std::size_t>(here_ - parsed_));
        const std::size_t at = static_cast<std::size_t>(begin - parsed_);
        const std::size_t end = close == std::string_view::npos ? record.size() : close + 1;
        has_facen_ = true;
        span_.facen = range(record.substr(at, end - at));
    }

    bool string(ondemand::value& value, std::string_view token, std::size_t node) {
        // Taken here rather than left to simdjson's skipping, which takes a string before a colon
        // for a key.
        ondemand::raw_json_string unused;
        if (const auto error = value.get_raw_json_string().get(unused)) {
            return fail(error);
        }
        token = trim_end(token);
        if (token.size() < 2 || token.back() != '"') {
            return fail(Reason::record_malformed, "a string is not closed");
        }
        const std::string_view text = token.substr(1, token.size() - 2);
        if (has_escapes_) {
            if (const std::size_t at = broken_escape(text); at != std::string_view::npos) {
                here_ = text.data() + at;
                return fail(Reason::record_malformed, "a string holds a broken escape");
            }
        }
        note_string(tree_.role(node), range(text));
        return true;
    }

    void note_string(FieldRole role, ByteRange text) {
        switch (role) {
            case FieldRole::facen:
                has_facen_ = true;
                span_.facen = text;
                break;
            case FieldRole::facen_model:
                span_.has_facen_model = true;
                span_.facen_model = text;
                break;
            case FieldRole::normalized_id:
                span_.has_normalized_id = true;
                span_.normalized_id = text;
                break;
            case FieldRole::gallery:
                span_.has_gallery = true;
                span_.gallery = text;
                break;
            case FieldRole::id:
            case FieldRole::none:
                break;
        }
    }

    bool scalar(std::string_view token, std::size_t node) {
        if (tree_.role(node) == FieldRole::id) {
            return id(token);
        }
        if (token != "true" && token != "false" && token != "null" && !is_json_number(token)) {
            return fail(Reason::record_malformed, "a value is not JSON");
        }
        return true;
    }

    bool id(std::string_view token) {
        const char* const begin = token.data();
        const char* const end = begin + token.size();
        const auto [stopped, error] = std::from_chars(begin, end, span_.id.value);
        if (error != std::errc() || stopped != end || !is_json_number(token)) {
            return fail(Reason::id_invalid, kBadId);
        }
        has_id_ = true;
        return true;
    }

    /// Whether a value of this role may begin with `kind`.
    bool check_kind(FieldRole role, char kind, std::size_t node) {
        const bool is_string = kind == '"';
        switch (role) {
            case FieldRole::id:
                return (kind >= '0' && kind <= '9') || fail(Reason::id_invalid, kBadId);
            case FieldRole::normalized_id:
            case FieldRole::gallery:
                return is_string || kind == 'n' ||
                       fail(Reason::record_malformed,
                            fmt::format("field {} is no string", tree_.path(node)));
            case FieldRole::facen:
                return kind == facen_kind_ ||
                       fail(Reason::record_malformed,
                            fmt::format("field {} is no {}", tree_.path(node),
                                        facen_kind_ == '[' ? "array" : "string"));
            default:
                return is_string || fail(Reason::record_malformed,
                                         fmt::format("field {} is no string", tree_.path(node)));
        }
    }

    /// The key that begins at `key`, behind its quote; between its end and the value stand only
    /// white space, quote and colon.
    [[nodiscard]] static std::string_view key_before(const char* key, std::string_view value) {
        const std::string_view gap = trim_end({key, static_cast<std::size_t>(value.data() - key)});
        const std::string_view quoted = trim_end(gap.substr(0, gap.size() - 1));
        return quoted.substr(0, quoted.size() - 1);
    }

    [[nodiscard]] std::size_t child_of(std::size_t node, std::string_view key) const {
        const std::string_view text = original(key);
        if (!has_escapes_ || text.find('\\') == std::string_view::npos) {
            return tree_.child(node, text);
        }
        const Result<std::string> plain = unescape_json(text);
        return plain ? tree_.child(node, *plain) : kNoNode;
    }

    static constexpr const char* kBadId = "the id is not an integer from 0 to 2^64-1";
    static constexpr std::size_t kNoNode = FieldTree::kNone;

    const FieldTree& tree_;
    SeenFields& seen_;
    std::size_t depth_limit_;
    RecordSpan& span_;
    char facen_kind_;  ///< first character of a facen
    RawRecord original_;
    const char* parsed_ = nullptr;
    const char* here_ = nullptr;  ///< token that is being looked at
    bool has_escapes_ = false;
    bool has_id_ = false;
    bool has_facen_ = false;
    std::optional<ParseFault> fault_;
};

class JsonRecordParser final : public RecordParser {
 public:
    JsonRecordParser(const Profile& profile, std::size_t depth)
        : tree_(profile), seen_(tree_.size()), depth_(depth) {}

    std::optional<ParseFault> parse(const RawRecord& record, RecordSpan& span) override {
        ondemand::document document;
        const char* parsed = record.bytes;
        simdjson::error_code error = parser_.iterate(record, document);
        if (error == simdjson::UTF8_ERROR) {
            // The shard stored bytes that are not UTF-8 and got them back: they are copied, so only
            // the parser must not see them. A masked byte outside of a string is still an error.
            masked_.assign(record.bytes, record.size);
            mask_bytes_not_utf8(masked_);
            masked_.resize(record.size + kPadding);
            parsed = masked_.data();
            error = parser_.iterate({.bytes = parsed,
                                     .size = record.size,
                                     .capacity = masked_.size(),
                                     .begin = record.begin},
                                    document);
        }
        if (error != simdjson::SUCCESS) {
            return ParseFault{.reason = Reason::record_malformed,
                              .detail = fmt::format("not JSON: {}", simdjson::error_message(error)),
                              .at = 0,
                              .id = {}};
        }
        return RecordWalk(tree_, seen_, depth_, span).run(document, record, parsed);
    }

 private:
    FieldTree tree_;
    SeenFields seen_;
    std::size_t depth_;
    GrowingParser parser_;
    std::string masked_;  ///< only for records that are not UTF-8
};

}  // namespace

std::unique_ptr<RecordParser> make_json_parser(const Profile& profile, std::size_t depth) {
    return std::make_unique<JsonRecordParser>(profile, depth);
}

}  // namespace ffdump

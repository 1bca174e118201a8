// SPDX-License-Identifier: Apache-2.0
#include "field_tree.hpp"
#include "record_parser.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>
#include <msgpack.hpp>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

using Kind = MsgpackKind;

/// A map or array that is open.
struct OpenValue {
    std::size_t node = FieldTree::kNone;
    std::size_t child = FieldTree::kNone;  ///< node of the value that comes next
    std::size_t index = 0;                 ///< of an array: of the value that comes next
    bool is_map = false;
    bool has_fields = false;  ///< the profile looks for something in it
    bool is_facen = false;
    bool in_key = false;
    bool may_be_record = false;  ///< as a count that is too large would take one in
    std::size_t begin = 0;
    std::string_view key;  ///< of a map: the one read last; empty when it is no text
};

/// Values in a record that may be records of their own.
using Inner = std::vector<std::string_view>;
/// A dump that has more of them in front of a whole record is made by somebody.
constexpr std::size_t kMostInner = 64;

/// What msgpack-c calls for each value of one record. It is told what the values mean; where they
/// begin and end is counted beside it, since only strings come with their place.
class RecordVisitor : public msgpack::null_visitor {
 public:
    RecordVisitor(const FieldTree& tree, SeenFields& seen, const FacenEncoding& encoding,
                  std::size_t depth, std::vector<OpenValue>& open)
        : tree_(tree), seen_(seen), encoding_(encoding), depth_limit_(depth), open_(open) {}

    std::optional<ParseFault> run(const RawRecord& record, RecordSpan& span, Inner& inner) {
        inner_ = &inner;
        inner.clear();
        record_ = {record.bytes, record.size};
        begin_ = record.begin;
        span_ = &span;
        seen_.next_record();
        open_.clear();
        std::size_t end = 0;
        const bool parsed = msgpack::parse(record.bytes, record.size, end, *this);
        if (!fault_ && (!parsed || at_ != record.size)) {
            fail_size("not one whole value of msgpack");
        }
        if (!fault_) {
            check_present(has_id_, FieldRole::id);
            check_present(has_facen_, FieldRole::facen);
        }
        if (fault_ && has_id_) {
            fault_->id = span.id;
        }
        return std::move(fault_);
    }

    bool visit_nil() { return value(Kind::nil); }
    bool visit_boolean(bool /*v*/) { return value(Kind::boolean); }
    bool visit_positive_integer(std::uint64_t v) {
        number_ = v;
        return value(Kind::positive);
    }
    bool visit_negative_integer(std::int64_t v) {
        // A signed type may hold an id as well.
        number_ = static_cast<std::uint64_t>(v);
        return value(v < 0 ? Kind::negative : Kind::positive);
    }
    bool visit_float32(float /*v*/) { return value(Kind::float32); }
    bool visit_float64(double /*v*/) { return value(Kind::float64); }
    bool visit_str(const char* /*v*/, std::uint32_t /*size*/) { return value(Kind::str); }
    bool visit_bin(const char* /*v*/, std::uint32_t /*size*/) { return value(Kind::bin); }
    bool visit_ext(const char* /*v*/, std::uint32_t /*size*/) { return value(Kind::ext); }
    bool start_array(std::uint32_t /*count*/) { return container(Kind::array); }
    bool start_map(std::uint32_t /*count*/) { return container(Kind::map); }
    bool start_array_item() {
        OpenValue& array = open_.back();
        array.child = array.has_fields ? place(array.node, array.index) : FieldTree::kNone;
        ++array.index;
        return true;
    }
    bool start_map_key() {
        open_.back().in_key = true;
        return true;
    }
    bool end_map_key() {
        open_.back().in_key = false;
        return true;
    }
    bool end_array() { return close(); }
    bool end_map() { return close(); }

 private:
    bool fail(Reason reason, std::string detail) {
        if (!fault_) {
            fault_ = ParseFault{.reason = reason, .detail = std::move(detail), .at = at_, .id = {}};
        }
        return false;
    }
    bool fail_size(std::string detail) {
        fail(Reason::record_malformed, std::move(detail));
        fault_->is_of_sizes = true;
        return false;
    }
    bool fail_field(std::string_view what) {
        return fail(Reason::record_malformed, fmt::format("field {} {}", tree_.path(node()), what));
    }
    void check_present(bool present, FieldRole role) {
        if (!present && !fault_) {
            at_ = 0;
            fail(Reason::field_missing, fmt::format("no field {}", tree_.path_of(role)));
        }
    }

    /// Of the value that begins; node 0 is the record.
    [[nodiscard]] std::size_t node() const { return open_.empty() ? 0 : open_.back().child; }
    [[nodiscard]] bool in_key() const { return !open_.empty() && open_.back().in_key; }
    [[nodiscard]] bool in_facen() const { return !open_.empty() && open_.back().is_facen; }
    [[nodiscard]] std::size_t place(std::size_t node, std::size_t index) const {
        std::array<char, 20> digits{};
        const char* const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), index).ptr;
        return tree_.child(node, {digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    [[nodiscard]] ByteRange range(std::size_t begin, std::size_t end) const {
        return {.begin = begin_ + static_cast<std::uint32_t>(begin),
                .size = static_cast<std::uint32_t>(end - begin)};
    }

    /// A value that holds no others.
    bool value(Kind kind) {
        const MsgpackHead head = msgpack_head(record_.substr(at_)).value_or(MsgpackHead{});
        const std::size_t end = at_ + head.bytes + static_cast<std::size_t>(head.count);
        bool is_good = false;
        if (in_key()) {
            is_good = key(kind, record_.substr(at_, end - at_), head.bytes);
        } else if (in_facen()) {
            is_good = is_number(kind) || no_numbers();
        } else {
            is_good = field(kind, end);
        }
        at_ = is_good ? end : at_;
        return is_good;
    }

    bool no_numbers() {
        return fail(Reason::record_malformed,
                    fmt::format("field {} holds something else than numbers",
                                tree_.path(open_.back().node)));
    }

    bool key(Kind kind, std::string_view token, std::size_t prefix) {
        OpenValue& map = open_.back();
        const bool is_text = kind == Kind::str || kind == Kind::bin;
        map.key = is_text ? token.substr(prefix) : std::string_view();
        map.child = FieldTree::kNone;
        if (!map.has_fields) {
            return true;
        }
        if (!is_text) {
            return fail_size("a key is no text");
        }
        map.child = tree_.child(map.node, map.key);
        if (map.child != FieldTree::kNone && !seen_.note(map.child)) {
            return fail(Reason::key_duplicate,
                        fmt::format("field {} occurs twice", tree_.path(map.child)));
        }
        return true;
    }

    bool field(Kind kind, std::size_t end) {
        switch (tree_.role(node())) {
            case FieldRole::none:
                return !open_.empty() ||
                       fail(Reason::record_malformed, "the record is neither a map nor an array");
            case FieldRole::id:
                return id(kind);
            case FieldRole::facen:
                return facen(kind, end);
            case FieldRole::facen_model:
                return text(kind, end, span_->facen_model, span_->has_facen_model);
            case FieldRole::normalized_id:
                return text(kind, end, span_->normalized_id, span_->has_normalized_id);
            case FieldRole::gallery:
                return text(kind, end, span_->gallery, span_->has_gallery);
        }
        return true;
    }

    bool id(Kind kind) {
        if (kind != Kind::positive) {
            return fail(Reason::id_invalid, "the id is not an integer from 0 to 2^64-1");
        }
        span_->id.value = number_;
        has_id_ = true;
        return true;
    }

    bool facen(Kind kind, std::size_t end) {
        const bool is_bytes = kind == Kind::str || kind == Kind::bin;
        switch (encoding_.form) {
            case FacenEncoding::Form::bin:
                if (kind != Kind::bin) {
                    return fail_field("is no bin");
                }
                break;
            case FacenEncoding::Form::str:
                if (kind != Kind::str) {
                    return fail_field("is no str");
                }
                break;
            case FacenEncoding::Form::numbers:
                return fail_field("is no array");
            case FacenEncoding::Form::base64:
            case FacenEncoding::Form::base64_url:
                if (!is_bytes) {
                    return fail_field("is neither str nor bin");
                }
                break;
        }
        span_->facen = range(at_, end);
        has_facen_ = true;
        return true;
    }

    /// A string, be it str or bin; nil is none, as in a tuple whose place cannot be left out.
    bool text(Kind kind, std::size_t end, ByteRange& place, bool& has_any) {
        if (kind == Kind::nil) {
            return true;
        }
        if (kind != Kind::str && kind != Kind::bin) {
            return fail_field("is neither str nor bin");
        }
        has_any = true;
        place = range(at_, end);
        const MsgpackHead head = msgpack_head(record_.substr(at_)).value_or(MsgpackHead{});
        if (head.count == 0 && tree_.role(node()) == FieldRole::normalized_id) {
            place.size = 0;
        }
        return true;
    }

    bool container(Kind kind) {
        if (open_.size() == depth_limit_) {
            return fail(Reason::record_too_deep,
                        fmt::format("nested more than {} deep", depth_limit_));
        }
        OpenValue opened;
        opened.is_map = kind == Kind::map;
        opened.begin = at_;
        if (in_key()) {
            if (open_.back().has_fields) {
                return fail_size("a key is no text");
            }
            open_.back().key = {};
        } else if (in_facen()) {
            return no_numbers();
        } else if (!begin_field(kind, opened)) {
            // Of a field that holds no others, a wrong first byte may have taken records in.
            fault_->is_of_sizes = true;
            return false;
        }
        opened.may_be_record = !open_.empty() && !opened.is_facen &&
                               opened.is_map == open_.front().is_map && is_loose();
        at_ += msgpack_head(record_.substr(at_)).value_or(MsgpackHead{}).bytes;
        open_.push_back(opened);
        return true;
    }

    /// Whether nothing but a count or a size makes the next value a part of this record: what has a
    /// name is meant to be there.
    [[nodiscard]] bool is_loose() const {
        const OpenValue& parent = open_.back();
        return !parent.is_map || parent.in_key || parent.key.empty() || !is_utf8(parent.key);
    }

    bool begin_field(Kind kind, OpenValue& opened) {
        opened.node = node();
        opened.has_fields = tree_.has_children(opened.node);
        switch (tree_.role(opened.node)) {
            case FieldRole::none:
                return true;
            case FieldRole::id:
                return id(kind);
            case FieldRole::facen:
                opened.is_facen =
                    encoding_.form == FacenEncoding::Form::numbers && kind == Kind::array;
                return opened.is_facen || facen(kind, at_);
            case FieldRole::facen_model:
            case FieldRole::normalized_id:
            case FieldRole::gallery:
                return fail_field("is neither str nor bin");
        }
        return true;
    }

    bool close() {
        const OpenValue closed = open_.back();
        if (closed.is_facen) {
            span_->facen = range(closed.begin, at_);
            has_facen_ = true;
        }
        open_.pop_back();
        if (closed.may_be_record && inner_->size() < kMostInner &&
            (open_.size() == 1 || in_key() || at_ == record_.size())) {
            inner_->push_back(record_.substr(closed.begin, at_ - closed.begin));
        }
        return true;
    }

    const FieldTree& tree_;
    SeenFields& seen_;
    const FacenEncoding& encoding_;
    std::size_t depth_limit_;
    std::vector<OpenValue>& open_;
    std::string_view record_;
    std::uint32_t begin_ = 0;
    std::size_t at_ = 0;  ///< where the value that is looked at begins
    RecordSpan* span_ = nullptr;
    Inner* inner_ = nullptr;
    std::uint64_t number_ = 0;
    bool has_id_ = false;
    bool has_facen_ = false;
    std::optional<ParseFault> fault_;
};

class MsgpackRecordParser final : public RecordParser {
 public:
    MsgpackRecordParser(const Profile& profile, std::size_t depth)
        : tree_(profile), seen_(tree_.size()), encoding_(profile.facen_encoding), depth_(depth) {}

    std::optional<ParseFault> parse(const RawRecord& record, RecordSpan& span) override {
        std::optional<ParseFault> fault = run(record, span, inner_);
        for (std::size_t i = 0; i < inner_.size() && !fault; ++i) {
            const std::string_view value = inner_[i];
            Inner unused;
            RecordSpan other;
            if (!run({.bytes = value.data(), .size = value.size()}, other, unused)) {
                fault = ParseFault{.reason = Reason::record_malformed,
                                   .detail = "another record is in it: its sizes are damaged",
                                   .at = static_cast<std::size_t>(value.data() - record.bytes),
                                   .id = span.id,
                                   .is_of_sizes = true};
            }
        }
        return fault;
    }

 private:
    std::optional<ParseFault> run(const RawRecord& record, RecordSpan& span, Inner& inner) {
        return RecordVisitor(tree_, seen_, encoding_, depth_, open_).run(record, span, inner);
    }

    FieldTree tree_;
    SeenFields seen_;
    FacenEncoding encoding_;
    std::size_t depth_;
    std::vector<OpenValue> open_;
    Inner inner_;
};

}  // namespace

std::unique_ptr<RecordParser> make_msgpack_parser(const Profile& profile, std::size_t depth) {
    return std::make_unique<MsgpackRecordParser>(profile, depth);
}

}  // namespace ffdump

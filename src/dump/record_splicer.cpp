// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_splicer.hpp"

#include "msgpack_stated.hpp"
#include "stated_values.hpp"

#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ffdump {
namespace {

/// More white space than this before a file's first record is not kept for the journal.
constexpr std::size_t kMostLeadBytes = 4096;

/// Copies a stretch of the block from where the last one ended.
class PieceCopier {
 public:
    PieceCopier(std::string& out, const RecordBlock& block, ByteRange record)
        : out_(out), block_(block), at_(record.begin), end_(record.end()) {}

    void up_to(std::uint32_t position) {
        out_.append(block_.view({.begin = at_, .size = position - at_}));
        at_ = position;
    }
    void pass_over(ByteRange range) { at_ = range.end(); }
    void rest() { up_to(end_); }

 private:
    std::string& out_;
    const RecordBlock& block_;
    std::uint32_t at_;
    std::uint32_t end_;
};

/// The block begins an array file that does not begin with `[`.
bool lacks_opening(const RecordBlock& block) {
    return block.begin.offset == 0 && block.view(block.header).find('[') == std::string_view::npos;
}

/// Where what was written before the records states their number.
std::optional<ByteRange> count_in(const Profile& profile, std::string_view head) {
    if (!profile.header) {
        return std::nullopt;
    }
    return notation_of(profile.container) == Notation::msgpack
               ? stated_by_msgpack(head, *profile.header).count
               : StatedReader(profile).header(head).count;
}

/// As long as `old`, or nothing when there is no room for it.
std::optional<std::string> number_as_long(std::uint64_t number, Notation notation,
                                          std::string_view old) {
    std::string text;
    append_number(text, notation, number, old);
    if (notation == Notation::json && text.size() < old.size()) {
        text.append(old.size() - text.size(), ' ');
    }
    return text.size() == old.size() ? std::optional(std::move(text)) : std::nullopt;
}

std::optional<std::string> head_with(std::uint64_t records, const Profile& profile,
                                     const std::string& head) {
    if (counts_ahead(profile.container)) {
        return msgpack_array_head(records, head);
    }
    const std::optional<ByteRange> range = count_in(profile, head);
    if (!range) {
        return head;
    }
    const std::optional<std::string> number =
        number_as_long(records, notation_of(profile.container),
                       std::string_view(head).substr(range->begin, range->size));
    return number ? std::optional(std::string(head).replace(range->begin, range->size, *number))
                  : std::nullopt;
}

/// A file of nothing or of white space, or its end met again by a resumed run.
bool holds_nothing(const RecordBlock& block) {
    return block.last && block.size() == 0 && (block.used == 0 || lacks_opening(block));
}

}  // namespace

std::vector<std::string_view> rest_of_stated(std::string_view text, const StatedValues& values,
                                             const StatedMask& masked) {
    std::vector<ByteRange> gaps;
    const auto mask = [&gaps](const std::optional<ByteRange>& range, bool is_masked) {
        if (range && is_masked) {
            gaps.push_back(*range);
        }
    };
    mask(values.facen_model, masked.facen_model);
    mask(values.dimension, masked.dimension);
    mask(values.count, masked.count);
    std::ranges::sort(gaps, {}, &ByteRange::begin);
    std::vector<std::string_view> pieces;
    std::size_t at = 0;
    for (const ByteRange& gap : gaps) {
        pieces.push_back(text.substr(at, gap.begin - at));
        at = gap.end();
    }
    pieces.push_back(text.substr(at));
    return pieces;
}

std::string array_opening(const Profile& profile) {
    std::string text;
    for (const std::string& key : profile.records) {
        text += "{\"";
        append_json_escaped(text, key);
        text += "\":";
    }
    return text + "[";
}

std::string array_closing(const Profile& profile) {
    return "\n]" + std::string(profile.records.size(), '}') + "\n";
}

RestPieces::RestPieces(const RecordBlock& block, const RecordSpan& span) {
    ByteRange one = span.facen;
    ByteRange other = span.facen_model;
    if (span.has_facen_model && other.begin < one.begin) {
        std::swap(one, other);
    }
    std::uint32_t at = span.record.begin;
    const auto piece_up_to = [&](std::uint32_t end) {
        pieces_.at(count_++) = block.view({.begin = at, .size = end - at});
    };
    piece_up_to(one.begin);
    at = one.end();
    if (span.has_facen_model) {
        piece_up_to(other.begin);
        at = other.end();
    }
    piece_up_to(span.record.end());
}

bool FileSplicer::note(const RecordBlock& block, const RecordSpan& span) {
    if (span.bad < 0 && profile_.facen_encoding.form == FacenEncoding::Form::base64) {
        state_.slash = slash_style_of(block.view(span.facen)).value_or(state_.slash);
    }
    if (state_.has_first_lead) {
        return false;
    }
    state_.has_first_lead = true;
    state_.first_lead = span.lead.size <= kMostLeadBytes ? block.view(span.lead) : "\n";
    return true;
}

void FileSplicer::lead(std::string& out, const RecordBlock& block, const RecordSpan& span) {
    const bool is_first_of_source = note(block, span);
    const bool moves_up =
        has_free_leads(profile_.container) && state_.emitted == 0 && !is_first_of_source;
    out.append(moves_up ? std::string_view(state_.first_lead) : block.view(span.lead));
    ++state_.emitted;
}

void FileSplicer::header(std::string& out, const RecordBlock& block) {
    const std::string_view text = block.view(block.header);
    const std::size_t begin = out.size();
    // Counted when the file is complete; until then as the source has it.
    stated(out, text, block.header_values, Counting::later);
    if (is_array() && lacks_opening(block) && !holds_nothing(block)) {
        out += array_opening(profile_);
    }
    if (block.header_values.count && block.begin.offset == 0) {
        state_.head = out.substr(begin);
    }
}

void FileSplicer::changed(std::string& out, const RecordBlock& block, std::size_t i,
                          std::span<const float> facen, const std::optional<std::string>& model) {
    const RecordSpan& span = block.spans[i];
    lead(out, block, span);
    PieceCopier copy(out, block, span.record);
    const auto put_facen = [&] {
        copy.up_to(span.facen.begin);
        append_facen(out, facen, profile_.facen_encoding, state_.slash, block.view(span.facen));
        copy.pass_over(span.facen);
    };
    const auto put_model = [&] {
        copy.up_to(span.facen_model.begin);
        append_text(out, block.notation, *model, block.view(span.facen_model));
        copy.pass_over(span.facen_model);
    };
    const bool has_model = span.has_facen_model && model.has_value();
    const bool model_first = has_model && span.facen_model.begin < span.facen.begin;
    if (model_first) {
        put_model();
    }
    put_facen();
    if (has_model && !model_first) {
        put_model();
    }
    copy.rest();
    out.append(block.view(span.tail));
}

void FileSplicer::kept(std::string& out, const RecordBlock& block, std::size_t i) {
    const RecordSpan& span = block.spans[i];
    lead(out, block, span);
    out.append(block.view(span.record));
    out.append(block.view(span.tail));
}

void FileSplicer::left_out(const RecordBlock& block, std::size_t i) {
    note(block, block.spans[i]);
}

void FileSplicer::trailer(std::string& out, const RecordBlock& block) {
    const std::string_view trailer = block.view(block.trailer);
    stated(out, trailer, block.trailer_values, Counting::done);
    if (is_array() && block.last && trailer.find(']') == std::string_view::npos &&
        !holds_nothing(block)) {
        out += array_closing(profile_);
    }
}

Result<std::string> counted_head(const Profile& profile, const FileSplicer::State& state) {
    std::optional<std::string> head =
        state.head.empty() ? std::string() : head_with(state.emitted, profile, state.head);
    if (!head) {
        return failed(
            Reason::record_malformed,
            fmt::format("the number before the records has no room for {} of them", state.emitted));
    }
    return std::move(*head);
}

bool FileSplicer::is_array() const {
    return profile_.container == Container::json_array ||
           profile_.container == Container::json_object;
}

/// A header or trailer with what it states brought up to date.
void FileSplicer::stated(std::string& out, std::string_view text, const StatedValues& values,
                         Counting counting) const {
    struct Change {
        ByteRange range;
        std::string text;
    };
    std::vector<Change> changes;
    const Notation notation = notation_of(profile_.container);
    const auto old = [text](const ByteRange& range) {
        return text.substr(range.begin, range.size);
    };
    if (values.facen_model && facts_.facen_model) {
        Change& change = changes.emplace_back(Change{*values.facen_model, {}});
        append_text(change.text, notation, *facts_.facen_model, old(change.range));
    }
    const auto put_number = [&](const std::optional<ByteRange>& range, std::uint64_t number) {
        Change& change = changes.emplace_back(Change{*range, {}});
        append_number(change.text, notation, number, old(change.range));
    };
    if (values.dimension && facts_.dimension != 0) {
        put_number(values.dimension, facts_.dimension);
    }
    if (values.count && counting == Counting::done) {
        put_number(values.count, state_.emitted);
    }
    std::ranges::sort(changes, {}, [](const Change& change) { return change.range.begin; });
    std::size_t at = 0;
    for (const Change& change : changes) {
        out.append(text.substr(at, change.range.begin - at));
        out.append(change.text);
        at = change.range.end();
    }
    out.append(text.substr(at));
}

void append_json_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '"':
                out.append("\\\"");
                break;
            case '\\':
                out.append("\\\\");
                break;
            case '\n':
                out.append("\\n");
                break;
            case '\r':
                out.append("\\r");
                break;
            case '\t':
                out.append("\\t");
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    out.push_back(c);
                }
        }
    }
}

}  // namespace ffdump

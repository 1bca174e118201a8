// SPDX-License-Identifier: Apache-2.0
#include "record_pairs.hpp"

#include "decades.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ffdump {
namespace {

std::size_t first_difference(std::string_view a, std::string_view b) {
    const std::size_t length = std::min(a.size(), b.size());
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(length), b.begin()).first -
        a.begin());
}

/// Offset in the file of a view into the record's block.
std::uint64_t offset_in_file(const RecordView& record, const char* at) {
    return record.span().offset + static_cast<std::uint64_t>(at - record.bytes().data());
}

bool is_escaped_slash(std::string_view text, std::size_t i) {
    return text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '/';
}

/// What a str or bin of msgpack holds, however wide its prefix; other values as they are.
std::string_view held_bytes(std::string_view token) {
    return msgpack_bytes(token).value_or(token);
}

/// `\/` becomes `/`; whatever else is escaped is resolved as JSON does.
std::string plain_facen_text(std::string_view text, Notation notation = Notation::json) {
    if (notation == Notation::msgpack) {
        return std::string(held_bytes(text));
    }
    if (text.find('\\') == std::string_view::npos) {
        return std::string(text);
    }
    return unescape_json(text).value_or(std::string(text));
}

}  // namespace

bool is_same_facen_text(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < a.size() && k < b.size()) {
        i += is_escaped_slash(a, i) ? 1U : 0U;
        k += is_escaped_slash(b, k) ? 1U : 0U;
        if (a[i] != b[k]) {
            // Only an escape other than of a slash could still mean the same.
            return (a[i] == '\\' || b[k] == '\\') && plain_facen_text(a) == plain_facen_text(b);
        }
        ++i;
        ++k;
    }
    return i == a.size() && k == b.size();
}

bool is_same_facen(const RecordView& a, const RecordView& b) {
    return a.block->notation == Notation::json ? is_same_facen_text(a.facen(), b.facen())
                                               : held_bytes(a.facen()) == held_bytes(b.facen());
}

Place RecordPairs::target_place(RecordId id, std::uint64_t offset) const {
    return at_byte(target_path_, offset, id);
}

void RecordPairs::note(Reason reason, RecordId id, std::uint64_t offset, const char* text) {
    findings_.add(reason,
                  [&] { return Findings::finding(reason, target_place(id, offset), text); });
}

void RecordPairs::note_altered(RecordId id, std::uint64_t target_offset,
                               std::uint64_t source_offset) {
    findings_.add(Reason::record_altered, [&] {
        return Findings::finding(
            Reason::record_altered, target_place(id, target_offset),
            fmt::format("the record differs from the source's, first at byte {} of the source",
                        source_offset));
    });
}

Sum128 RecordPairs::rest_of(const RecordView& record) {
    return digester_.rest(record.id(), RestPieces(*record.block, record.span()).pieces());
}

void RecordPairs::compare(const RecordView& source, const RecordView& target,
                          RecordSums& source_sums, RecordSums& target_sums) {
    RecordSums share{.count = 1, .ids = digester_.ids(source.id()), .rest = {}, .vec = {}};
    bool is_same = true;
    if (rules_.is_copy) {
        is_same = source.bytes() == target.bytes();
        if (!is_same) {
            compare_copy(source, target);
        }
    } else {
        is_same = compare_rest(source, target);
        if (is_same_facen(source, target)) {
            note(Reason::old_facen_kept, target.id(), target.span().offset,
                 "the facen is that of the source");
        }
        check_model(target);
    }
    compare_around(source, target);
    share.rest = rest_of(source);
    source_sums += share;
    if (!is_same) {
        share.rest = rest_of(target);
    }
    share.vec = check_facen_of(target);
    target_sums += share;
}

void RecordPairs::compare_copy(const RecordView& source, const RecordView& target) {
    const std::size_t at = first_difference(source.bytes(), target.bytes());
    note_altered(target.id(), target.span().offset + at, source.span().offset + at);
}

bool RecordPairs::compare_rest(const RecordView& source, const RecordView& target) {
    const RestPieces ours(*source.block, source.span());
    const RestPieces theirs(*target.block, target.span());
    if (source.span().has_facen_model != target.span().has_facen_model) {
        note(Reason::model_differs, target.id(), target.span().offset,
             source.span().has_facen_model ? "the record has lost its facen_model"
                                           : "the record has got a facen_model that it had not");
        return false;
    }
    for (std::size_t i = 0; i < ours.pieces().size(); ++i) {
        const std::string_view a = ours.pieces()[i];
        const std::string_view b = theirs.pieces()[i];
        if (a != b) {
            const std::size_t at = first_difference(a, b);
            note_altered(target.id(), offset_in_file(target, b.data() + at),
                         offset_in_file(source, a.data() + at));
            return false;
        }
    }
    return true;
}

void RecordPairs::compare_around(const RecordView& source, const RecordView& target) {
    const bool leads_count =
        !rules_.has_free_leads || (source.ordinal() != 0 && target.ordinal() != 0);
    if (source.tail() != target.tail() || (leads_count && source.lead() != target.lead())) {
        note(Reason::record_altered, target.id(), target.span().offset,
             "the bytes between records, before or after this one, differ from the source's");
    }
}

void RecordPairs::compare_late(RecordId id, const RecordFacts& source, const RecordFacts& target) {
    if (source.has_facen_model != target.has_facen_model) {
        note(Reason::model_differs, id, target.offset,
             source.has_facen_model ? "the record has lost its facen_model"
                                    : "the record has got a facen_model that it had not");
    } else if (source.rest != target.rest || (rules_.is_copy && source.facen != target.facen)) {
        note(Reason::record_altered, id, target.offset, "the record differs from the source's");
    }
    if (!rules_.is_copy && source.facen == target.facen) {
        note(Reason::old_facen_kept, id, target.offset, "the facen is that of the source");
    }
    if (source.around != target.around && !source.is_first && !target.is_first) {
        note(Reason::record_altered, id, target.offset,
             "the bytes between records, before or after this one, differ from the source's");
    }
}

RecordFacts RecordPairs::facts_of(const RecordView& record) {
    RecordFacts facts;
    facts.rest = rest_of(record);
    hash_.reset();
    if (rules_.is_copy) {
        hash_.add(record.bytes());
    } else {
        hash_.add(plain_facen_text(record.facen(), record.block->notation));
    }
    facts.facen = hash_.value();
    hash_.reset();
    hash_.add(record.lead());
    hash_.add("\xFF");
    hash_.add(record.tail());
    facts.around = hash_.value();
    facts.ordinal = record.ordinal();
    facts.offset = record.span().offset;
    facts.is_first = rules_.has_free_leads && record.ordinal() == 0;
    facts.has_facen_model = record.span().has_facen_model;
    return facts;
}

RecordSums RecordPairs::share_of(RecordId id, const RecordFacts& facts) {
    return {.count = 1, .ids = digester_.ids(id), .rest = facts.rest, .vec = {}};
}

RecordFacts RecordPairs::take_source(const RecordView& record, RecordSums& sums) {
    RecordFacts facts = facts_of(record);
    sums += share_of(record.id(), facts);
    return facts;
}

RecordFacts RecordPairs::take_target(const RecordView& record, RecordSums& sums) {
    RecordFacts facts = facts_of(record);
    RecordSums share = share_of(record.id(), facts);
    share.vec = check_facen_of(record);
    sums += share;
    if (!rules_.is_copy) {
        check_model(record);
    }
    return facts;
}

RecordSums RecordPairs::take_settled(const RecordView& record, RecordSums& sums) {
    RecordSums share{.count = 1, .ids = {}, .rest = {}, .vec = {}};
    if (record.is_bad()) {
        share.rest = digester_.bad(record.bytes());
    } else {
        share.ids = digester_.ids(record.id());
        share.rest = rest_of(record);
    }
    sums += share;
    return share;
}

void RecordPairs::check_model(const RecordView& target) {
    if (target.span().has_facen_model && !is_new_model(target)) {
        note(Reason::model_differs, target.id(), target.span().offset,
             "facen_model is not the new model that the manifest names");
    }
}

bool RecordPairs::is_new_model(const RecordView& target) {
    const std::string_view token = target.facen_model();
    if (!model_token_.empty() && token == model_token_) {
        return true;
    }
    const Result<std::string> model = target.block->text(target.span().facen_model);
    if (!model || rules_.new_model.empty() || *model != rules_.new_model) {
        return false;
    }
    model_token_ = token;
    return true;
}

Sum128 RecordPairs::check_facen_of(const RecordView& target) {
    if (rules_.is_copy) {
        return {};
    }
    const Result<Facen> facen = decode_facen(target.facen(), rules_.encoding);
    const Result<double> norm = facen ? check_facen(*facen, rules_.facen) : failed(facen.error());
    if (norm) {
        ++norm_decades_.at(decade_of(*norm - 1));
    } else {
        note(Reason::facen_invalid, target.id(), target.span().offset,
             norm.error().detail().c_str());
    }
    return facen ? digester_.vec(target.id(), *facen) : Sum128{};
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "meta_census.hpp"

#include "json_members.hpp"
#include "json_scan.hpp"
#include "msgpack_stated.hpp"

#include "ffdump/dump/notation.hpp"
#include "ffdump/dump/object_members.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <cstddef>
#include <cstdint>

namespace ffdump {
namespace {

/// Of a field that is told by its name.
constexpr std::size_t kLongestName = 255;

ValueKind kind_of_json(std::string_view value) {
    switch (value.front()) {
        case '"':
            return ValueKind::text;
        case '{':
            return ValueKind::object;
        case '[':
            return ValueKind::array;
        case 't':
        case 'f':
            return ValueKind::boolean;
        case 'n':
            return ValueKind::null;
        default:
            return ValueKind::number;
    }
}

ValueKind kind_of_msgpack(const MsgpackHead& head) {
    switch (head.kind) {
        case MsgpackKind::nil:
            return ValueKind::null;
        case MsgpackKind::boolean:
            return ValueKind::boolean;
        case MsgpackKind::str:
            return ValueKind::text;
        case MsgpackKind::bin:
            return ValueKind::bin;
        case MsgpackKind::ext:
            return ValueKind::ext;
        case MsgpackKind::array:
            return ValueKind::array;
        case MsgpackKind::map:
            return ValueKind::object;
        default:
            return ValueKind::number;
    }
}

/// Takes the value at the front off; a proved record has a whole one there.
std::string_view take_value(std::string_view& rest) {
    const MsgpackEnd end = msgpack_end(rest);
    const std::string_view value =
        rest.substr(0, end.kind == MsgpackEnd::Kind::found ? end.at : rest.size());
    rest.remove_prefix(value.size());
    return value;
}

}  // namespace

void MetaCensus::add(std::string_view record) {
    if (profile_.meta.empty()) {
        return;
    }
    if (notation_of(profile_.container) == Notation::json) {
        add_json(record);
    } else {
        add_msgpack(record);
    }
}

void MetaCensus::add_json(std::string_view record) {
    const MemberPlace place = find_member(record, 0, profile_.meta, SearchEnd::first_found);
    const std::size_t end =
        place.kind == MemberPlace::Kind::found ? value_end(record, place.at) : kNowhere;
    if (end == kNowhere) {
        return;
    }
    ++survey_.with_meta;
    // No object has no fields.
    static_cast<void>(visit_members(
        record.substr(place.at, end - place.at),
        [this](const JsonMember& member) { note(member.key, kind_of_json(member.value)); }));
}

void MetaCensus::add_msgpack(std::string_view record) {
    const std::optional<ByteRange> place = find_in_msgpack(record, profile_.meta);
    if (!place) {
        return;
    }
    ++survey_.with_meta;
    std::string_view rest = record.substr(place->begin, place->size);
    const MsgpackHead meta = msgpack_head(rest).value_or(MsgpackHead{});
    if (meta.kind != MsgpackKind::map) {
        return;
    }
    rest.remove_prefix(meta.bytes);
    while (!rest.empty()) {
        const std::optional<std::string_view> key = msgpack_bytes(take_value(rest));
        const std::string_view value = take_value(rest);
        if (key) {
            note(*key, kind_of_msgpack(msgpack_head(value).value_or(MsgpackHead{})));
        } else {
            note_absurd();
        }
    }
}

void MetaCensus::note(std::string_view key, ValueKind kind) {
    auto found = survey_.meta_fields.find(key);
    if (found == survey_.meta_fields.end()) {
        if (survey_.meta_fields.size() == kMostMetaFields || key.size() > kLongestName) {
            note_absurd();
            return;
        }
        found = survey_.meta_fields.emplace(key, MetaField{}).first;
    }
    ++found->second.records;
    ++found->second.kinds.at(static_cast<std::size_t>(kind));
}

}  // namespace ffdump

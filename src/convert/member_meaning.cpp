// SPDX-License-Identifier: Apache-2.0
#include "member_meaning.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/object_members.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <utility>

namespace ffdump {
namespace {

std::string_view between_quotes(std::string_view token) {
    return token.substr(1, token.size() - 2);
}

bool is_text(Notation notation, std::string_view value) {
    return notation == Notation::json ? value.starts_with('"') : msgpack_bytes(value).has_value();
}

std::optional<std::string> meaning(Notation notation, std::string_view value) {
    Result<std::string> text =
        is_text(notation, value)
            ? text_of(notation, notation == Notation::json ? between_quotes(value) : value)
            : failed(Reason::record_malformed, "no text");
    return text ? std::optional(std::move(*text)) : std::nullopt;
}

bool mean_the_same(Notation notation, std::string_view value, const SpelledText& text) {
    if (notation == text.notation && value == text.token) {
        return true;
    }
    const std::optional<std::string> plain = meaning(notation, value);
    return plain && plain == meaning(text.notation, text.token);
}

MsgpackKind kind_of(const NeutralMember& member) {
    return msgpack_head(member.value).value_or(MsgpackHead{}).kind;
}

}  // namespace

bool is_key(const NeutralMember& member, std::string_view key) {
    return member.key_notation == Notation::json ? is_json_key(member.key, key)
                                                 : msgpack_bytes(member.key) == key;
}

Result<std::string> plain_key(const NeutralMember& member) {
    return text_of(member.key_notation, member.key);
}

std::string shown_key(std::string_view key) {
    constexpr std::size_t kMostShown = 100;
    return printable(key.substr(0, kMostShown));
}

std::string shown_key(const NeutralMember& member) {
    const std::string_view raw = member.key_notation == Notation::json
                                     ? member.key
                                     : msgpack_bytes(member.key).value_or("(no text)");
    return shown_key(plain_key(member).value_or(std::string(raw)));
}

std::optional<SpelledText> spelled_text(const NeutralMember* member) {
    if (member == nullptr || member->is_open || !is_text(member->notation, member->value)) {
        return std::nullopt;
    }
    return SpelledText{.token = std::string(member->value), .notation = member->notation};
}

std::optional<std::string> plain_text(const NeutralMember* member) {
    return member == nullptr || member->is_open ? std::nullopt
                                                : meaning(member->notation, member->value);
}

std::optional<std::uint64_t> whole_number(const NeutralMember* member) {
    return member == nullptr || member->is_open ? std::nullopt
                                                : number_of(member->notation, member->value);
}

bool is_nothing(const NeutralMember& member) {
    if (member.is_open) {
        return false;
    }
    return member.notation == Notation::json ? member.value == "null"
                                             : kind_of(member) == MsgpackKind::nil;
}

bool is_object(const NeutralMember& member) {
    return member.notation == Notation::json ? member.value.starts_with('{')
                                             : kind_of(member) == MsgpackKind::map;
}

bool is_msgpack_array(const NeutralMember& member) {
    return member.notation == Notation::msgpack && kind_of(member) == MsgpackKind::array;
}

bool means(const NeutralMember* member, const SpelledText& text) {
    return member != nullptr && !member->is_open &&
           mean_the_same(member->notation, member->value, text);
}

bool mean_the_same(const SpelledText& a, const SpelledText& b) {
    return mean_the_same(a.notation, a.token, b);
}

}  // namespace ffdump

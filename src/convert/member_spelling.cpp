// SPDX-License-Identifier: Apache-2.0
#include "member_spelling.hpp"

#include "facen_respelling.hpp"
#include "member_meaning.hpp"

#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace ffdump {
namespace {

Error at_key(const NeutralMember& member, const Error& error, const FieldPath& below = {}) {
    std::string way = shown_key(member);
    for (const std::string& key : below) {
        way += "." + shown_key(key);
    }
    return {error.reason(), fmt::format("{}: {}", way, error.detail())};
}

bool is_named_text(Part part) {
    return part == Part::gallery || part == Part::facen_model || part == Part::normalized_id;
}

bool is_bin(const NeutralMember& member) {
    return member.notation == Notation::msgpack &&
           msgpack_head(member.value).value_or(MsgpackHead{}).kind == MsgpackKind::bin;
}

}  // namespace

Result<void> MemberSpelling::key(std::string& out, const NeutralMember& member) const {
    out += is_json_ ? "\"" : "";
    Result<void> put = translation_.append_key(out, member.key, member.key_notation);
    out += is_json_ ? "\"" : "";
    return std::move(put).map_error([&](const Error& error) { return at_key(member, error); });
}

Result<void> MemberSpelling::value(std::string& out, const NeutralMember& member,
                                   const FacenEncoding& from) const {
    if (member.part == Part::facen) {
        return facen(out, member, from).map_error([&](const Error& error) {
            return at_key(member, error);
        });
    }
    // What a layout takes for a text may be a bin in msgpack.
    const std::optional<std::string> text = is_named_text(member.part) && is_json_ && is_bin(member)
                                                ? plain_text(&member)
                                                : std::nullopt;
    if (text) {
        out += '"';
        append_json_escaped(out, *text);
        out += '"';
        return {};
    }
    FieldPath below;
    return translation_.append(out, member.value, member.notation, below)
        .map_error([&](const Error& error) { return at_key(member, error, below); });
}

Result<void> MemberSpelling::facen(std::string& out, const NeutralMember& member,
                                   const FacenEncoding& from) const {
    const bool is_quoted = is_json_ && encoding_.form != FacenEncoding::Form::numbers;
    out += is_quoted ? "\"" : "";
    Result<void> put = FacenRespelling(from, encoding_).append(out, member.value);
    out += is_quoted ? "\"" : "";
    return put;
}

Error within(const NeutralMember& member, const Error& error) {
    return {error.reason(), fmt::format("{}.{}", shown_key(member), error.detail())};
}

Error about_field(const Error& error) {
    return {error.reason(), fmt::format("field {}", error.detail())};
}

}  // namespace ffdump

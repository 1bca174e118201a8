// SPDX-License-Identifier: Apache-2.0
#include "msgpack_sketch.hpp"
#include "profile_draft.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostDepth = 4;
constexpr std::size_t kMostMembers = 200;
constexpr std::size_t kFloatBytes = 4;

/// The values that lie side by side in `bytes`, which hold whole ones.
std::vector<std::string_view> values_in(std::string_view bytes, std::uint64_t most) {
    std::vector<std::string_view> values;
    while (!bytes.empty() && values.size() < most) {
        const MsgpackEnd end = msgpack_end(bytes);
        if (end.kind != MsgpackEnd::Kind::found) {
            break;
        }
        values.push_back(bytes.substr(0, end.at));
        bytes.remove_prefix(end.at);
    }
    return values;
}

bool is_vector(std::string_view value, const MsgpackHead& head) {
    constexpr std::uint64_t kMost = kMaxDimension;
    if (head.kind != MsgpackKind::array || head.count < kFewestFloats || head.count > kMost) {
        return false;
    }
    return std::ranges::all_of(
        values_in(value.substr(head.bytes), head.count), [](std::string_view item) {
            return is_number(msgpack_head(item).value_or(MsgpackHead{}).kind);
        });
}

/// An address or a name, of whatever length: floats are hardly ever UTF-8.
bool is_text(std::string_view bytes) {
    return is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
}

std::optional<std::string_view> encoding_of(std::string_view value, const MsgpackHead& head) {
    if (is_vector(value, head)) {
        return "numbers";
    }
    const std::optional<std::string_view> bytes = msgpack_bytes(value);
    if (!bytes) {
        return std::nullopt;
    }
    if (const std::optional<std::string_view> word = base64_word_of(*bytes)) {
        return word;
    }
    const bool may_be_floats =
        bytes->size() >= kFewestFloats * kFloatBytes && bytes->size() % kFloatBytes == 0;
    if (!may_be_floats || (head.kind == MsgpackKind::str && is_text(*bytes))) {
        return std::nullopt;
    }
    return head.kind == MsgpackKind::bin ? "bin-float32le" : "str-float32le";
}

void collect(std::string_view container, const FieldPath& above,
             std::vector<DraftMember>& members) {
    const MsgpackHead head = msgpack_head(container).value_or(MsgpackHead{});
    const bool is_map = head.kind == MsgpackKind::map;
    const std::vector<std::string_view> values =
        values_in(container.substr(head.bytes), head.count);
    const std::size_t step = is_map ? 2 : 1;
    for (std::size_t i = 0; i + step <= values.size() && members.size() < kMostMembers; i += step) {
        const std::string_view value = values[i + step - 1];
        const std::string key =
            is_map ? std::string(msgpack_bytes(values[i]).value_or("")) : std::to_string(i);
        if (key.empty()) {
            continue;
        }
        const MsgpackHead inner = msgpack_head(value).value_or(MsgpackHead{});
        FieldPath path = above;
        path.push_back(key);
        members.push_back({.path = path,
                           .kind = kind_of_msgpack(value),
                           .encoding = encoding_of(value, inner),
                           .is_id = msgpack_number(value).has_value(),
                           .is_text = msgpack_bytes(value).has_value()});
        if (inner.is_container() && !members.back().encoding && path.size() < kMostDepth) {
            collect(value, path, members);
        }
    }
}

}  // namespace

Result<std::string> suggest_msgpack_profile(std::string_view prefix) {
    const FirstOfMsgpack first = first_of_msgpack(prefix);
    const MsgpackEnd end = msgpack_end(first.record);
    if (end.kind != MsgpackEnd::Kind::found) {
        return failed(Error(Reason::source_unrecognized,
                            "no whole record of msgpack was found to draft a profile from"));
    }
    std::vector<DraftMember> members;
    collect(first.record.substr(0, end.at), {}, members);
    return draft_profile(members, first.in_array ? "msgpack_array" : "msgpack_stream", {});
}

}  // namespace ffdump

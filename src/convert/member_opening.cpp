// SPDX-License-Identifier: Apache-2.0
#include "member_opening.hpp"

#include "member_meaning.hpp"
#include "member_tree.hpp"

#include "ffdump/dump/object_members.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Bit i: PartPaths[i] leads through the object at hand.
using PathSet = std::uint32_t;

class TreeReader {
 public:
    explicit TreeReader(const PartPaths& parts) : parts_(parts) {}

    [[nodiscard]] PathSet all() const { return (PathSet{1} << parts_.size()) - 1U; }

    Result<void> json(std::string_view object, std::size_t depth, PathSet through,
                      NeutralMembers& members, std::string_view& blank) {
        std::vector<JsonMember> split;
        if (!split_object(object, split, blank)) {
            return failed(Reason::record_malformed, "it is no JSON object");
        }
        if (Result<void> room = take_room(split.size(), members); !room) {
            return room;
        }
        for (const JsonMember& one : split) {
            NeutralMember& member = members.emplace_back();
            member.before = one.before;
            member.key = one.key;
            member.colon = one.colon;
            member.value = one.value;
            member.behind = one.behind;
            if (Result<void> added = look_into(member, depth, through); !added) {
                return added;
            }
        }
        return {};
    }

    /// `texts` takes the places of an array.
    Result<void> msgpack(std::string_view value, std::size_t depth, PathSet through,
                         NeutralMembers& members, std::deque<std::string>& texts) {
        const std::optional<MsgpackHead> head = msgpack_head(value);
        if (!head || !head->is_container()) {
            return failed(Reason::record_malformed, "it is neither a map nor an array of msgpack");
        }
        const bool is_map = head->kind == MsgpackKind::map;
        const std::uint64_t count = is_map ? head->count / 2 : head->count;
        if (Result<void> room = take_room(count, members); !room) {
            return room;
        }
        std::string_view rest = value.substr(head->bytes);
        for (std::uint64_t i = 0; i < count; ++i) {
            NeutralMember& member = members.emplace_back();
            member.notation = Notation::msgpack;
            member.key_notation = is_map ? Notation::msgpack : Notation::json;
            member.key = is_map ? take_token(rest) : texts.emplace_back(std::to_string(i));
            member.value = take_token(rest);
            if (member.key.empty() || member.value.empty()) {
                return failed(Reason::record_malformed, "it is no whole value of msgpack");
            }
            if (Result<void> added = look_into(member, depth, through); !added) {
                return added;
            }
        }
        return {};
    }

    /// Of a member that is_object().
    Result<void> open(NeutralMember& member, std::size_t depth, PathSet through) {
        member.is_open = true;
        if (member.notation == Notation::json) {
            return json(member.value, depth, through, member.inner, member.blank);
        }
        member.head =
            member.value.substr(0, msgpack_head(member.value).value_or(MsgpackHead{}).bytes);
        std::deque<std::string> no_places;
        return msgpack(member.value, depth, through, member.inner, no_places);
    }

 private:
    Result<void> take_room(std::uint64_t count, NeutralMembers& members) {
        if (count > left_) {
            return failed(Reason::layout_cannot_carry,
                          fmt::format("it has more than {} members", kMostMembers));
        }
        left_ -= static_cast<std::size_t>(count);
        members.clear();
        members.reserve(static_cast<std::size_t>(count) + 1);
        return {};
    }

    static std::string_view take_token(std::string_view& rest) {
        const MsgpackEnd end = msgpack_end(rest);
        const std::string_view token =
            rest.substr(0, end.kind == MsgpackEnd::Kind::found ? end.at : 0);
        rest.remove_prefix(token.size());
        return token;
    }

    /// What the member means to the layout, and the members in it.
    Result<void> look_into(NeutralMember& member, std::size_t depth, PathSet through) {
        PathSet further = 0;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const FieldPath& path = parts_[i].path;
            if ((through >> i & 1U) == 0 || !is_key(member, path[depth])) {
                continue;
            }
            if (path.size() == depth + 1) {
                member.part = parts_[i].part;
                continue;
            }
            further |= PathSet{1} << i;
            if (is_msgpack_array(member) && place_of_key(path[depth + 1])) {
                return failed(
                    Reason::layout_cannot_carry,
                    fmt::format("field {} is in an array within the record, where convert "
                                "knows no places",
                                dotted(path)));
            }
        }
        if (further != 0 && is_object(member)) {
            return open(member, depth + 1, further);
        }
        const bool is_json_text =
            member.notation == Notation::json && member.value.starts_with('"');
        if (member.part == Part::facen && is_json_text) {
            member.value = member.value.substr(1, member.value.size() - 2);
        }
        return {};
    }

    const PartPaths& parts_;
    std::size_t left_ = kMostMembers;
};

}  // namespace

Result<void> open_members(std::string_view object, const PartPaths& parts,
                          NeutralMembers& members) {
    std::string_view blank;
    TreeReader reader(parts);
    return reader.json(object, 0, reader.all(), members, blank);
}

Result<void> open_msgpack(std::string_view value, const PartPaths& parts, NeutralMembers& members,
                          std::deque<std::string>& texts) {
    TreeReader reader(parts);
    return reader.msgpack(value, 0, reader.all(), members, texts);
}

Result<void> open_member(NeutralMember& member) {
    const PartPaths none;
    return TreeReader(none).open(member, 0, 0);
}

std::optional<std::size_t> place_of_key(std::string_view key) {
    std::size_t place = 0;
    const char* const end = key.data() + key.size();
    const auto [stop, error] = std::from_chars(key.data(), end, place);
    const bool is_place =
        error == std::errc{} && stop == end && (key.size() == 1 || key.front() != '0');
    return is_place && place < kMostMembers ? std::optional(place) : std::nullopt;
}

}  // namespace ffdump

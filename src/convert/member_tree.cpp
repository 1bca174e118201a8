// SPDX-License-Identifier: Apache-2.0
#include "member_tree.hpp"

#include "member_meaning.hpp"
#include "member_opening.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ffdump {
namespace {

/// Takes the member at `index` out; the next one takes its place at an object's front, the one
/// before at its end.
NeutralMember take(NeutralMembers& members, std::size_t index) {
    NeutralMember taken = std::move(members[index]);
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(index));
    if (!members.empty() && index == 0) {
        members.front().before = taken.before;
    }
    if (!members.empty() && index == members.size()) {
        members.back().behind = taken.behind;
    }
    return taken;
}

void insert(NeutralMembers& members, std::size_t index, NeutralMember member) {
    member.before = {};
    member.behind = {};
    if (!members.empty()) {
        const bool is_last = index == members.size();
        const std::string_view between =
            members.size() > 1 ? members[1].before : std::string_view();
        member.colon = members.front().colon;
        member.before = index == 0 ? members.front().before : between;
        if (index == 0) {
            members.front().before = between;
        }
        if (is_last) {
            member.behind = std::exchange(members.back().behind, {});
        }
    }
    members.insert(members.begin() + static_cast<std::ptrdiff_t>(index), std::move(member));
}

/// Behind the parts that come before it.
std::size_t place_of(const NeutralMembers& members, Part part) {
    std::size_t index = 0;
    while (index < members.size() && members[index].part < part && part != Part::none) {
        ++index;
    }
    return index;
}

std::string_view key_text(const std::string& key, std::deque<std::string>& texts) {
    append_json_escaped(texts.emplace_back(), key);
    return texts.back();
}

/// The object at key `depth` of the path, made when it is not there.
Result<NeutralMembers*> object_at(NeutralMembers& members, const FieldPath& path, std::size_t depth,
                                  std::deque<std::string>& texts) {
    NeutralMember* found = find_key(members, path[depth]);
    if (found == nullptr) {
        NeutralMember made;
        set_key(made, path[depth], texts);
        made.is_open = true;
        insert(members, 0, std::move(made));
        return &members.front().inner;
    }
    if (!found->is_open) {
        if (!is_object(*found)) {
            return failed(in_the_way(path, depth));
        }
        if (Result<void> opened = open_member(*found); !opened) {
            return failed(std::move(opened.error()));
        }
    }
    return &found->inner;
}

/// Calls `is_wanted` depth first; takes the first member it wants, and what is left empty then.
template <class Wanted>
std::optional<NeutralMember> take_first(NeutralMembers& members, const Wanted& is_wanted) {
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (is_wanted(members[i])) {
            return take(members, i);
        }
        if (!members[i].is_open) {
            continue;
        }
        std::optional<NeutralMember> inner = take_first(members[i].inner, is_wanted);
        if (inner) {
            if (members[i].inner.empty() && members[i].part == Part::none) {
                static_cast<void>(take(members, i));
            }
            return inner;
        }
    }
    return std::nullopt;
}

std::optional<NeutralMember> take_path(NeutralMembers& members, const FieldPath& path,
                                       std::size_t depth) {
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!is_key(members[i], path[depth])) {
            continue;
        }
        if (depth + 1 == path.size()) {
            return take(members, i);
        }
        std::optional<NeutralMember> inner = take_path(members[i].inner, path, depth + 1);
        if (inner && members[i].inner.empty()) {
            static_cast<void>(take(members, i));
        }
        return inner;
    }
    return std::nullopt;
}

}  // namespace

std::string dotted(const FieldPath& path) {
    return fmt::format("{}", fmt::join(path, "."));
}

Error in_the_way(const FieldPath& path, std::size_t depth) {
    const FieldPath place(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth) + 1);
    return {Reason::layout_cannot_carry,
            fmt::format("field {} is something else than the layout to write has there",
                        dotted(place))};
}

void set_key(NeutralMember& member, const std::string& key, std::deque<std::string>& texts) {
    member.key = key_text(key, texts);
    member.key_notation = Notation::json;
}

NeutralMembers* siblings_of(NeutralMembers& members, Part part) {
    for (NeutralMember& member : members) {
        if (member.part == part) {
            return &members;
        }
        NeutralMembers* const inner = member.is_open ? siblings_of(member.inner, part) : nullptr;
        if (inner != nullptr) {
            return inner;
        }
    }
    return nullptr;
}

std::optional<NeutralMember> take_part(NeutralMembers& members, Part part) {
    return take_first(members, [part](const NeutralMember& member) { return member.part == part; });
}

NeutralMember* find_part(NeutralMembers& members, Part part) {
    NeutralMembers* const siblings = siblings_of(members, part);
    if (siblings == nullptr) {
        return nullptr;
    }
    return &*std::ranges::find(*siblings, part, &NeutralMember::part);
}

NeutralMember* find_key(NeutralMembers& members, std::string_view key) {
    const auto found = std::ranges::find_if(
        members, [key](const NeutralMember& member) { return is_key(member, key); });
    return found == members.end() ? nullptr : &*found;
}

std::string first_leaf(const NeutralMembers& members) {
    if (members.empty()) {
        return {};
    }
    const NeutralMember& first = members.front();
    const std::string inner = first.is_open ? first_leaf(first.inner) : std::string();
    return shown_key(first) + (inner.empty() ? "" : "." + inner);
}

void remove_part(NeutralMembers& members, Part part) {
    static_cast<void>(take_part(members, part));
}

void remove_at(NeutralMembers& members, const FieldPath& path) {
    static_cast<void>(take_path(members, path, 0));
}

Result<void> put_at(NeutralMembers& members, const FieldPath& path, NeutralMember member,
                    std::deque<std::string>& texts) {
    NeutralMembers* object = &members;
    for (std::size_t depth = 0; depth + 1 < path.size(); ++depth) {
        Result<NeutralMembers*> inner = object_at(*object, path, depth, texts);
        if (!inner) {
            return failed(std::move(inner.error()));
        }
        object = *inner;
    }
    if (find_key(*object, path.back()) != nullptr) {
        return failed(in_the_way(path, path.size() - 1));
    }
    set_key(member, path.back(), texts);
    const std::size_t index = place_of(*object, member.part);
    insert(*object, index, std::move(member));
    return {};
}

}  // namespace ffdump

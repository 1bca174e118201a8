// SPDX-License-Identifier: Apache-2.0
#include "member_tree.hpp"

#include "ffdump/dump/object_members.hpp"
#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ffdump {
namespace {

/// Bit i: PartPaths[i] leads through the object at hand.
using PathSet = std::uint32_t;

class TreeReader {
 public:
    explicit TreeReader(const PartPaths& parts) : parts_(parts) {}

    Result<void> read(std::string_view object, std::size_t depth, PathSet through,
                      NeutralMembers& members, std::string_view& blank) {
        std::vector<JsonMember> split;
        if (!split_object(object, split, blank)) {
            return failed(Reason::record_malformed, "it is no JSON object");
        }
        if (split.size() > left_) {
            return failed(Reason::layout_cannot_carry,
                          fmt::format("it has more than {} members", kMostMembers));
        }
        left_ -= split.size();
        members.clear();
        members.reserve(split.size() + 1);
        for (const JsonMember& one : split) {
            if (Result<void> added = add(one, depth, through, members.emplace_back()); !added) {
                return added;
            }
        }
        return {};
    }

 private:
    Result<void> add(const JsonMember& from, std::size_t depth, PathSet through,
                     NeutralMember& member) {
        member.before = from.before;
        member.key = from.key;
        member.colon = from.colon;
        member.value = from.value;
        member.behind = from.behind;
        PathSet further = 0;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const FieldPath& path = parts_[i].path;
            if ((through >> i & 1U) == 0 || !is_json_key(from.key, path[depth])) {
                continue;
            }
            if (path.size() == depth + 1) {
                member.part = parts_[i].part;
            } else {
                further |= PathSet{1} << i;
            }
        }
        member.is_open = further != 0 && from.value.starts_with('{');
        if (member.is_open) {
            return read(from.value, depth + 1, further, member.inner, member.blank);
        }
        const bool is_text = member.part == Part::facen && from.value.starts_with('"');
        if (is_text) {
            member.value = from.value.substr(1, from.value.size() - 2);
        }
        return {};
    }

    const PartPaths& parts_;
    std::size_t left_ = kMostMembers;
};

bool is_key(const NeutralMember& member, std::string_view key) {
    return is_json_key(member.key, key);
}

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

Error in_the_way(const FieldPath& path, std::size_t depth) {
    const FieldPath place(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth) + 1);
    return {Reason::layout_cannot_carry,
            fmt::format("field {} is something else than the layout to write has there",
                        dotted(place))};
}

/// The object at key `depth` of the path, made when it is not there.
Result<NeutralMembers*> object_at(NeutralMembers& members, const FieldPath& path, std::size_t depth,
                                  std::deque<std::string>& texts) {
    NeutralMember* found = find_key(members, path[depth]);
    if (found == nullptr) {
        NeutralMember made;
        made.key = key_text(path[depth], texts);
        made.is_open = true;
        insert(members, 0, std::move(made));
        return &members.front().inner;
    }
    if (!found->is_open) {
        const PartPaths none;
        if (!found->value.starts_with('{')) {
            return failed(in_the_way(path, depth));
        }
        if (Result<void> read =
                TreeReader(none).read(found->value, 0, 0, found->inner, found->blank);
            !read) {
            return failed(std::move(read.error()));
        }
        found->is_open = true;
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

std::optional<NeutralMember> take_part(NeutralMembers& members, Part part) {
    return take_first(members, [part](const NeutralMember& member) { return member.part == part; });
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

/// The members among which the part is.
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

bool have_one_parent(const FieldPath& a, const FieldPath& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end() - 1, b.begin());
}

}  // namespace

std::string dotted(const FieldPath& path) {
    return fmt::format("{}", fmt::join(path, "."));
}

PartPaths record_parts(const Profile& profile) {
    PartPaths parts;
    const auto add = [&parts](Part part, const FieldPath& path) {
        if (!path.empty()) {
            parts.push_back({part, path});
        }
    };
    // An outer place before those in it.
    add(Part::meta, profile.meta);
    add(Part::id, profile.id);
    add(Part::gallery, profile.gallery);
    add(Part::facen, profile.facen);
    add(Part::facen_model, profile.facen_model);
    add(Part::normalized_id, profile.normalized_id);
    return parts;
}

PartPaths stated_parts(const std::optional<StatedPaths>& stated) {
    PartPaths parts;
    if (!stated) {
        return parts;
    }
    const auto add = [&parts](Part part, const FieldPath& path) {
        if (!path.empty()) {
            parts.push_back({part, path});
        }
    };
    add(Part::gallery, stated->gallery);
    add(Part::facen_model, stated->facen_model);
    add(Part::dimension, stated->dimension);
    add(Part::count, stated->count);
    return parts;
}

Result<void> open_members(std::string_view object, const PartPaths& parts,
                          NeutralMembers& members) {
    std::string_view blank;
    const PathSet all = (PathSet{1} << parts.size()) - 1U;
    return TreeReader(parts).read(object, 0, all, members, blank);
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
    return inner.empty() ? std::string(first.key) : std::string(first.key) + "." + inner;
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
    member.key = key_text(path.back(), texts);
    const std::size_t index = place_of(*object, member.part);
    insert(*object, index, std::move(member));
    return {};
}

MemberMover::MemberMover(const PartPaths& from, const PartPaths& to) {
    FieldPath old_meta;
    FieldPath new_meta;
    for (const PartPath& part : from) {
        const auto target = std::ranges::find(to, part.part, &PartPath::part);
        FieldPath now = part.path;
        const bool is_in_meta = !old_meta.empty() && part.path.size() > old_meta.size() &&
                                std::equal(old_meta.begin(), old_meta.end(), part.path.begin());
        if (is_in_meta) {
            now = new_meta;
            now.insert(now.end(), part.path.begin() + static_cast<std::ptrdiff_t>(old_meta.size()),
                       part.path.end());
        }
        if (target == to.end()) {
            continue;
        }
        if (part.part == Part::meta) {
            old_meta = part.path;
            new_meta = target->path;
        }
        if (now != target->path) {
            moves_.push_back({part.part, std::move(now), target->path});
        }
    }
}

Result<void> MemberMover::move(NeutralMembers& members, std::deque<std::string>& texts) const {
    for (const Move& one : moves_) {
        NeutralMembers* const siblings = siblings_of(members, one.part);
        if (siblings == nullptr) {
            continue;
        }
        if (!have_one_parent(one.from, one.to)) {
            NeutralMember taken = *take_part(members, one.part);
            if (Result<void> put = put_at(members, one.to, std::move(taken), texts); !put) {
                return put;
            }
            continue;
        }
        if (find_key(*siblings, one.to.back()) != nullptr) {
            return failed(in_the_way(one.to, one.to.size() - 1));
        }
        std::ranges::find(*siblings, one.part, &NeutralMember::part)->key =
            key_text(one.to.back(), texts);
    }
    return {};
}

}  // namespace ffdump

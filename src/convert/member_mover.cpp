// SPDX-License-Identifier: Apache-2.0
#include "member_mover.hpp"

#include "member_tree.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

bool have_one_parent(const FieldPath& a, const FieldPath& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end() - 1, b.begin());
}

}  // namespace

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

/// Keys that are to change stand in nobody's way: two parts may change places.
void MemberMover::hide_keys(NeutralMembers& members) const {
    for (const Move& one : moves_) {
        NeutralMember* const member =
            have_one_parent(one.from, one.to) ? find_part(members, one.part) : nullptr;
        if (member != nullptr) {
            member->key = {};
            member->key_notation = Notation::msgpack;
        }
    }
}

Result<void> MemberMover::move(NeutralMembers& members, std::deque<std::string>& texts) const {
    hide_keys(members);
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
        set_key(*std::ranges::find(*siblings, one.part, &NeutralMember::part), one.to.back(),
                texts);
    }
    return {};
}

}  // namespace ffdump

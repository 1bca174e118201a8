// SPDX-License-Identifier: Apache-2.0
#include "record_places.hpp"

#include "member_meaning.hpp"
#include "member_mover.hpp"
#include "member_opening.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ffdump {
namespace {

Error no_place(const NeutralMember& member, std::string what) {
    return {Reason::layout_cannot_carry, fmt::format("{}: {}", shown_key(member), what)};
}

bool is_optional(Part part) {
    return part != Part::none && part != Part::id && part != Part::facen;
}

std::optional<std::size_t> place_of(const NeutralMember& member) {
    const Result<std::string> key = plain_key(member);
    return key ? place_of_key(*key) : std::nullopt;
}

}  // namespace

bool has_places(const Profile& profile) {
    return notation_of(profile.container) == Notation::msgpack &&
           std::ranges::all_of(record_parts(profile), [](const PartPath& part) {
               return place_of_key(part.path.front()).has_value();
           });
}

void remove_empty_places(NeutralMembers& members) {
    std::erase_if(members, [](const NeutralMember& member) {
        return is_optional(member.part) && is_nothing(member);
    });
}

RecordPlaces::RecordPlaces(const Profile& profile) : profile_(profile) {
    for (const PartPath& part : record_parts(profile)) {
        const std::size_t place = place_of_key(part.path.front()).value_or(0);
        is_named_.resize(std::max(is_named_.size(), place + 1));
        is_named_[place] = true;
    }
}

Result<void> RecordPlaces::place(const NeutralRecord& record) {
    members_.assign(record.is_array ? 0 : is_named_.size(), nullptr);
    for (const NeutralMember& member : record.members) {
        const std::optional<std::size_t> place = place_of(member);
        if (!place) {
            return failed(no_place(
                member, fmt::format("a record of {} has places and no names", profile_.name)));
        }
        if (!record.is_array && is_optional(member.part) && is_nothing(member)) {
            return failed(no_place(member, fmt::format("it is null, which at its place in a record "
                                                       "of {} means that it is missing",
                                                       profile_.name)));
        }
        members_.resize(std::max(members_.size(), *place + 1), nullptr);
        if (members_[*place] != nullptr) {
            return failed(no_place(member, "it is there twice"));
        }
        members_[*place] = &member;
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const bool is_named = i < is_named_.size() && is_named_[i];
        if (members_[i] == nullptr && !is_named) {
            return failed(Reason::layout_cannot_carry,
                          fmt::format("{}: nothing stands at this place in front of others", i));
        }
    }
    return {};
}

}  // namespace ffdump

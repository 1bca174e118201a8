// SPDX-License-Identifier: Apache-2.0
#include "stated_frames.hpp"

#include "member_tree.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

bool is_json_object(const Profile& profile) {
    return profile.container == Container::json_object;
}

/// Whether the member says what `value`, a text or number of JSON, says.
bool says(const NeutralMember& member, const NeutralMember& value) {
    const std::optional<std::uint64_t> number = whole_number(&value);
    const std::optional<std::string> text = plain_text(&value);
    return (number && whole_number(&member) == number) || (text && plain_text(&member) == text);
}

/// Which of both the part's value may be; one that says the same already keeps its bytes.
struct Stating {
    bool replaces = false;
    bool adds = true;
};

/// The part's value where the layout has a place for it.
Result<void> state(NeutralFrame& frame, const PartPaths& paths, NeutralMember made,
                   Stating stating) {
    for (const PartPath& path : paths) {
        if (path.part != made.part) {
            continue;
        }
        if (NeutralMember* const there = find_part(frame.members, made.part); there != nullptr) {
            if (stating.replaces && !says(*there, made)) {
                there->value = made.value;
                there->notation = made.notation;
            }
            return {};
        }
        return stating.adds ? put_at(frame.members, path.path, std::move(made), frame.texts)
                            : Result<void>();
    }
    return {};
}

NeutralMember number_member(Part part, std::uint64_t number, std::deque<std::string>& texts) {
    NeutralMember made;
    made.part = part;
    made.value = texts.emplace_back(std::to_string(number));
    return made;
}

bool has(const std::optional<StatedPaths>& paths, FieldPath StatedPaths::* part) {
    return paths && !((*paths).*part).empty();
}

}  // namespace

StatedFacts facts_in(NeutralFrame& frame) {
    return {.gallery = plain_text(find_part(frame.members, Part::gallery)),
            .model = spelled_text(find_part(frame.members, Part::facen_model)),
            .dimension = whole_number(find_part(frame.members, Part::dimension)),
            .count = whole_number(find_part(frame.members, Part::count))};
}

bool states_gallery(const Profile& profile) noexcept {
    return has(profile.header, &StatedPaths::gallery) || !profile.gallery.empty();
}

bool states_model(const Profile& profile) noexcept {
    return has(profile.header, &StatedPaths::facen_model) ||
           has(profile.trailer, &StatedPaths::facen_model);
}

bool counts_in_header(const Profile& from, const Profile& to) noexcept {
    return has(to.header, &StatedPaths::count) &&
           (has(from.header, &StatedPaths::count) || !has(to.trailer, &StatedPaths::count));
}

bool states_dimension(const Profile& profile) noexcept {
    return has(profile.header, &StatedPaths::dimension) ||
           has(profile.trailer, &StatedPaths::dimension);
}

std::string_view json_text(std::string_view text, std::deque<std::string>& texts) {
    std::string& made = texts.emplace_back("\"");
    append_json_escaped(made, text);
    made += '"';
    return made;
}

FrameMaker::FrameMaker(const Profile& from, const Profile& to)
    : to_(to),
      header_{.word = "header",
              .is_there = to.header.has_value() || is_json_object(to),
              .from = stated_parts(from.header),
              .to = stated_parts(to.header),
              .mover = MemberMover(stated_parts(from.header), stated_parts(to.header))},
      trailer_{.word = "trailer",
               .is_there = to.trailer.has_value() || is_json_object(to),
               .from = stated_parts(from.trailer),
               .to = stated_parts(to.trailer),
               .mover = MemberMover(stated_parts(from.trailer), stated_parts(to.trailer))} {}

/// Brings the source's members to their places in the target.
Result<void> FrameMaker::fit(const Side& side, NeutralFrame& frame) const {
    if (side.is_there) {
        return side.mover.move(frame.members, frame.texts);
    }
    // What these say the target carries elsewhere; the conversion has seen to that.
    for (const PartPath& part : side.from) {
        remove_part(frame.members, part.part);
    }
    if (!frame.members.empty()) {
        return failed(Reason::layout_cannot_carry,
                      fmt::format("field {} of the {}: files of {} have no {}",
                                  first_leaf(frame.members), side.word, to_.name, side.word));
    }
    return {};
}

Result<void> FrameMaker::common(const Side& side, NeutralFrame& frame,
                                const FileFacts& facts) const {
    Result<void> done;
    if (facts.model) {
        NeutralMember model;
        model.part = Part::facen_model;
        model.value = frame.texts.emplace_back(facts.model->token);
        model.notation = facts.model->notation;
        done = state(frame, side.to, std::move(model), {});
    }
    if (done && facts.dimension) {
        done = state(frame, side.to, number_member(Part::dimension, *facts.dimension, frame.texts),
                     {});
    }
    return done;
}

Result<void> FrameMaker::header(NeutralFrame& frame, FileFacts& facts) const {
    const bool is_other_gallery =
        plain_text(find_part(frame.members, Part::gallery)) != facts.gallery;
    const auto gallery = [&] {
        NeutralMember made;
        made.part = Part::gallery;
        made.value = json_text(facts.gallery, frame.texts);
        return made;
    };
    Result<void> done =
        fit(header_, frame)
            .and_then(
                [&] { return state(frame, header_.to, gallery(), {.replaces = is_other_gallery}); })
            .and_then([&] { return common(header_, frame, facts); });
    if (done && facts.count) {
        done = state(frame, header_.to, number_member(Part::count, *facts.count, frame.texts),
                     {.replaces = true, .adds = !has(to_.trailer, &StatedPaths::count)});
        facts.has_counting_header = find_part(frame.members, Part::count) != nullptr;
    }
    if (done && frame.members.empty() && to_.header && !is_json_object(to_)) {
        return failed(Reason::layout_cannot_carry,
                      fmt::format("nothing is known that the header of {} states", to_.name));
    }
    return done;
}

Result<void> FrameMaker::trailer(NeutralFrame& frame, const FileFacts& facts,
                                 std::uint64_t count) const {
    return fit(trailer_, frame)
        .and_then([&] { return common(trailer_, frame, facts); })
        .and_then([&] {
            return state(frame, trailer_.to, number_member(Part::count, count, frame.texts),
                         {.replaces = true, .adds = !facts.has_counting_header});
        });
}

}  // namespace ffdump

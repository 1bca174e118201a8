// SPDX-License-Identifier: Apache-2.0
#include "stated_frames.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace ffdump {
namespace {

std::string_view between_quotes(std::string_view token) {
    return token.substr(1, token.size() - 2);
}

std::optional<std::uint64_t> number_of(NeutralFrame& frame, Part part) {
    const NeutralMember* const member = find_part(frame.members, part);
    if (member == nullptr || member->is_open) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const char* const end = member->value.data() + member->value.size();
    const auto [stop, error] = std::from_chars(member->value.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

bool is_object(const Profile& profile) {
    return profile.container == Container::json_object;
}

/// The part's value where the layout has a place for it: replaced when `is_firm`, else only added.
Result<void> state(NeutralFrame& frame, const PartPaths& paths, Part part, std::string_view value,
                   bool is_firm) {
    for (const PartPath& path : paths) {
        if (path.part != part) {
            continue;
        }
        if (NeutralMember* const there = find_part(frame.members, part); there != nullptr) {
            there->value = is_firm ? value : there->value;
            return {};
        }
        NeutralMember made;
        made.part = part;
        made.value = value;
        return put_at(frame.members, path.path, std::move(made), frame.texts);
    }
    return {};
}

bool has(const std::optional<StatedPaths>& paths, FieldPath StatedPaths::* part) {
    return paths && !((*paths).*part).empty();
}

}  // namespace

std::optional<std::string_view> text_token(const NeutralMember* member) {
    const bool is_text = member != nullptr && !member->is_open && member->value.starts_with('"');
    return is_text ? std::optional(member->value) : std::nullopt;
}

std::optional<std::string> plain_text(const NeutralMember* member) {
    const std::optional<std::string_view> token = text_token(member);
    Result<std::string> text =
        token ? unescape_json(between_quotes(*token)) : failed(Reason::record_malformed, "no text");
    return text ? std::optional(std::move(*text)) : std::nullopt;
}

bool mean_the_same(std::string_view a, std::string_view b) {
    if (a == b) {
        return true;
    }
    const Result<std::string> one = unescape_json(between_quotes(a));
    const Result<std::string> other = unescape_json(between_quotes(b));
    return one && other && *one == *other;
}

StatedFacts facts_in(NeutralFrame& frame) {
    const std::optional<std::string_view> model =
        text_token(find_part(frame.members, Part::facen_model));
    return {.gallery = plain_text(find_part(frame.members, Part::gallery)),
            .model = model ? std::optional(std::string(*model)) : std::nullopt,
            .dimension = number_of(frame, Part::dimension),
            .count = number_of(frame, Part::count)};
}

bool states_gallery(const Profile& profile) noexcept {
    return has(profile.header, &StatedPaths::gallery) || !profile.gallery.empty();
}

bool states_model(const Profile& profile) noexcept {
    return has(profile.header, &StatedPaths::facen_model) ||
           has(profile.trailer, &StatedPaths::facen_model);
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
              .is_there = to.header.has_value() || is_object(to),
              .from = stated_parts(from.header),
              .to = stated_parts(to.header),
              .mover = MemberMover(stated_parts(from.header), stated_parts(to.header))},
      trailer_{.word = "trailer",
               .is_there = to.trailer.has_value() || is_object(to),
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
        return failed(
            Reason::layout_cannot_carry,
            fmt::format("field {} of the {}: files of {} have no {}",
                        printable(first_leaf(frame.members)), side.word, to_.name, side.word));
    }
    return {};
}

Result<void> FrameMaker::header(NeutralFrame& frame, const FileFacts& facts) const {
    const bool is_other_gallery =
        plain_text(find_part(frame.members, Part::gallery)) != facts.gallery;
    Result<void> done = fit(header_, frame);
    const auto add = [&](Part part, std::string_view value, bool is_firm) {
        done = done ? state(frame, header_.to, part, value, is_firm) : done;
    };
    add(Part::gallery, json_text(facts.gallery, frame.texts), is_other_gallery);
    if (facts.model) {
        add(Part::facen_model, frame.texts.emplace_back(*facts.model), false);
    }
    if (facts.dimension) {
        add(Part::dimension, frame.texts.emplace_back(std::to_string(*facts.dimension)), false);
    }
    if (done && frame.members.empty() && to_.header && !is_object(to_)) {
        return failed(Reason::layout_cannot_carry,
                      fmt::format("nothing is known that the header of {} states", to_.name));
    }
    return done;
}

Result<void> FrameMaker::trailer(NeutralFrame& frame, const FileFacts& facts,
                                 std::uint64_t count) const {
    Result<void> done = fit(trailer_, frame);
    const auto add = [&](Part part, std::string_view value, bool is_firm) {
        done = done ? state(frame, trailer_.to, part, value, is_firm) : done;
    };
    if (facts.model) {
        add(Part::facen_model, frame.texts.emplace_back(*facts.model), false);
    }
    if (facts.dimension) {
        add(Part::dimension, frame.texts.emplace_back(std::to_string(*facts.dimension)), false);
    }
    add(Part::count, frame.texts.emplace_back(std::to_string(count)), true);
    return done;
}

}  // namespace ffdump

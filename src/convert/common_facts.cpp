// SPDX-License-Identifier: Apache-2.0
#include "common_facts.hpp"

#include "member_tree.hpp"
#include "stated_frames.hpp"

#include <utility>

namespace ffdump {

std::optional<SpelledText> model_of(NeutralRecord& record) {
    return spelled_text(find_part(record.members, Part::facen_model));
}

bool has_model(NeutralRecord& record, const SpelledText& model) {
    return means(find_part(record.members, Part::facen_model), model);
}

std::uint64_t dimension_of(NeutralRecord& record) {
    const NeutralMember* const facen = find_part(record.members, Part::facen);
    return facen == nullptr ? 0 : dimension_of_text(facen->value, record.facen_encoding);
}

void CommonFacts::note(NeutralRecord& record) {
    if (!std::exchange(has_any_, true)) {
        model_ = model_of(record);
        dimension_ = dimension_of(record);
        return;
    }
    if (model_ && states_model(profile_) && !has_model(record, *model_)) {
        model_.reset();
    }
    if (dimension_ && states_dimension(profile_) && dimension_of(record) != *dimension_) {
        dimension_.reset();
    }
}

}  // namespace ffdump

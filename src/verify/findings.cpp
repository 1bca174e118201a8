// SPDX-License-Identifier: Apache-2.0
#include "findings.hpp"

#include <fmt/format.h>

#include <string_view>

namespace ffdump {
namespace {

/// The table's cures for these speak to somebody whose migration still runs.
std::string_view cure_of(Reason reason) {
    switch (reason) {
        case Reason::facen_invalid:
            return "do not restore this file";
        case Reason::source_changed:
            return "verify against the very dump that was migrated, or migrate this one";
        case Reason::profile_invalid:
            return "give the profile that the run used with --format FILE";
        default:
            return reason_info(reason).cure;
    }
}

}  // namespace

Finding Findings::finding(Reason reason, Place place, std::string text) {
    return {reason, std::move(place), std::move(text), std::string(cure_of(reason))};
}

std::uint64_t Findings::total() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : counts_) {
        sum += count;
    }
    return sum;
}

std::uint64_t Findings::count(Reason reason) const noexcept {
    const auto it = counts_.find(reason);
    return it == counts_.end() ? 0 : it->second;
}

Place in_file(std::string file, std::optional<RecordId> id) {
    Place place;
    place.file = std::move(file);
    if (id) {
        place.record_id = id->value;
    }
    return place;
}

Place at_byte(std::string file, std::uint64_t offset, std::optional<RecordId> id) {
    Place place = in_file(std::move(file), id);
    place.offset = offset;
    return place;
}

std::string words_of(Reason reason) {
    switch (reason) {
        case Reason::source_changed:
            return "the source is not the dump that was migrated";
        case Reason::facen_invalid:
            return "the new dump holds a facen that is not valid";
        case Reason::profile_invalid:
            return "the layout profile of the run is not known here";
        default:
            break;
    }
    const ReasonInfo& info = reason_info(reason);
    return fmt::format("the {} {}", info.fault == FaultClass::source ? "source" : "new dump",
                       info.sentence);
}

}  // namespace ffdump

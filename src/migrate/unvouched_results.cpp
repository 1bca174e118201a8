// SPDX-License-Identifier: Apache-2.0
#include "unvouched_results.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// A block that holds nothing but the image's id.
std::unique_ptr<BlockWork> work_of(const RedoEntry& result, Notation notation) {
    auto work = std::make_unique<BlockWork>();
    work->file = result.place.file;
    work->open = 1;
    RecordBlock& block = work->block;
    block.notation = notation;
    block.begin.ordinal = result.place.ordinal;
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays): see RawBytes
    block.bytes = std::make_unique<char[]>(result.image.size());
    std::ranges::copy(result.image, block.bytes.get());
    block.capacity = block.used = result.image.size();
    RecordSpan& span = block.spans.emplace_back();
    span.id = {result.record_id};
    span.has_normalized_id = true;
    span.normalized_id = {.begin = 0, .size = static_cast<std::uint32_t>(result.image.size())};
    RecordFate& fate = work->fates.emplace_back();
    fate.facen = result.facen;
    fate.has_prior = true;
    return work;
}

}  // namespace

void UnvouchedResults::ask(const std::vector<RedoEntry>& results, const MigrationPlan& plan,
                           ImageStage& images) {
    for (const RedoEntry& result : results) {
        if (result.image.empty()) {
            continue;
        }
        const Profile& profile = plan.files.at(result.place.file).file.profile;
        works_.push_back(work_of(result, notation_of(profile.container)));
        images.add({works_.back().get(), 0, 0});
    }
}

bool UnvouchedResults::has(const Ticket& ticket) const {
    return std::ranges::any_of(works_, [&](const auto& work) { return work.get() == ticket.work; });
}

bool UnvouchedResults::is_waiting() const {
    return std::ranges::any_of(works_, [](const auto& work) { return work->open != 0; });
}

}  // namespace ffdump

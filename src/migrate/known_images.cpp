// SPDX-License-Identifier: Apache-2.0
#include "known_images.hpp"

namespace ffdump {
namespace {

constexpr std::size_t kMostSamples = 32;

}  // namespace

KnownImages::KnownImages(const MigrationPlan& plan) {
    // One of each file in turn, so that no gallery is left out.
    bool found = true;
    for (std::size_t round = 0; found && samples_.size() < kMostSamples; ++round) {
        found = false;
        for (const FilePlan& file : plan.files) {
            const std::vector<std::string>& ids = file.survey.sample_ids;
            if (file.action == GalleryAction::migrate && round < ids.size() &&
                samples_.size() < kMostSamples) {
                samples_.push_back(ids[round]);
                found = true;
            }
        }
    }
}

void KnownImages::came(const std::string& normalized_id) {
    if (first_.empty()) {
        first_ = normalized_id;
    }
}

std::optional<std::string> KnownImages::next() {
    const std::size_t at = asked_++;
    if (!first_.empty()) {
        if (at == 0) {
            return first_;
        }
        return at - 1 < samples_.size() ? std::optional(samples_[at - 1]) : std::nullopt;
    }
    return at < samples_.size() ? std::optional(samples_[at]) : std::nullopt;
}

}  // namespace ffdump

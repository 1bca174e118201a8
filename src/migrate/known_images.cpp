// SPDX-License-Identifier: Apache-2.0
#include "known_images.hpp"

namespace ffdump {
namespace {

constexpr std::size_t kMostSamples = 32;
/// One answer may be a whim of the storage.
constexpr std::size_t kFirstAsked = 2;
/// So many times others came while the first did not.
constexpr unsigned kMostDenials = 5;

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

void KnownImages::came(const std::string& normalized_id, std::uint64_t others) {
    if (first_.empty()) {
        first_ = normalized_id;
    }
    if (normalized_id == first_) {
        denials_ = TellingFaults(others);
    }
}

void KnownImages::denied(const std::string& normalized_id, std::uint64_t others) {
    if (first_.empty() || normalized_id != first_) {
        return;
    }
    denials_.add(others);
    if (denials_.count() >= kMostDenials) {
        first_.clear();
    }
}

std::optional<std::string> KnownImages::next() {
    const std::size_t firsts = first_.empty() ? 0 : kFirstAsked;
    const std::size_t at = asked_++;
    if (at < firsts) {
        return first_;
    }
    return at - firsts < samples_.size() ? std::optional(samples_[at - firsts]) : std::nullopt;
}

}  // namespace ffdump

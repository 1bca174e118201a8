// SPDX-License-Identifier: Apache-2.0
#include "model_guard.hpp"

#include "ffdump/record/running_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

// Which images become canaries; what they are for is in model_guard.cpp.

namespace ffdump {
namespace {

/// Larger images are left alone, but for the first: canaries stay in memory for the whole run.
constexpr std::size_t kLargestImage = 1U << 20U;
/// So large at most is the first.
constexpr std::size_t kLargestFirst = 16U << 20U;
/// All of them, with room for the first of each target; their file is read up to 256 MiB.
constexpr std::size_t kMostBytes = 128U << 20U;
constexpr std::size_t kMostWithFirst = 240U << 20U;
/// So many images are looked at for different ones, for each canary that is wanted.
constexpr std::size_t kLooksForOne = 32;
/// Two different files may show the very same pixels; so many do not.
constexpr std::size_t kFewestDifferent = 4;

std::uint64_t hash_of(const SharedBytes& image) {
    RunningHash hash;
    hash.add(*image);
    return hash.value().low;
}

}  // namespace

bool ModelGuard::is_full(const Lane& lane) const noexcept {
    return lane.canaries.size() >= settings_.images ||
           lane.looked_at >= settings_.images * kLooksForOne;
}

bool ModelGuard::wants(std::size_t index) const {
    return is_on() && (index >= lanes_.size() || !is_full(lanes_[index]));
}

bool ModelGuard::wants_known(std::size_t index) const {
    return wants(index) || (is_on() && !lanes_[index].has_known);
}

bool ModelGuard::knows_all() const {
    return std::ranges::all_of(
        lanes_, [](const Lane& lane) { return lane.canaries.empty() || lane.has_known; });
}

void ModelGuard::known(std::size_t index, RecordId id, const SharedBytes& image,
                       const Facen& facen) {
    if (!wants_known(index)) {
        return;
    }
    Lane& its = lane(index);
    const std::uint64_t hash = hash_of(image);
    if (its.hashes.contains(hash)) {
        compare_same_image(its, id, hash, facen);
        return;
    }
    if (!has_room_for(image, its.has_known)) {
        return;
    }
    if (!std::exchange(its.has_known, true)) {
        // Which model answers must be known before anything of it is used.
        holds_ = true;
        known_came_ = true;
        start_check_due_ = true;
    }
    ++its.looked_at;
    take(its, Canary{index, id, image, facen}, hash);
}

/// This run has extracted the very image itself.
void ModelGuard::compare_same_image(Lane& its, RecordId id, std::uint64_t hash,
                                    const Facen& facen) {
    for (const std::size_t at : its.canaries) {
        if (hash_of(canaries_[at].image) != hash) {
            continue;
        }
        const bool is_alike =
            canaries_[at].facen.size() == facen.size() && is_same(canaries_[at].facen, facen);
        if (!is_alike && !doubt_) {
            doubt_ = fmt::format(
                "the image of record {} had another facen in the run before than this run got for "
                "it",
                id.value);
        }
    }
    its.has_known = true;
}

void ModelGuard::look_at(Canary canary) {
    Lane& its = lane(canary.lane);
    ++its.looked_at;
    if (!has_room_for(canary.image, !its.canaries.empty())) {
        return;
    }
    const std::uint64_t hash = hash_of(canary.image);
    if (!its.hashes.contains(hash)) {
        take(its, std::move(canary), hash);
    }
}

bool ModelGuard::has_room_for(const SharedBytes& image, bool has_others) const {
    return image->size() <= (has_others ? kLargestImage : kLargestFirst) &&
           canary_bytes_ + image->size() <= (has_others ? kMostBytes : kMostWithFirst);
}

void ModelGuard::take(Lane& its, Canary canary, std::uint64_t hash) {
    adopt(its, std::move(canary), hash);
    if (its.canaries.size() == settings_.images) {
        start_check_due_ = true;
        doubt_if_constant(its);
    }
}

/// Canaries come out the same again where the service gives one facen to whatever it is sent.
void ModelGuard::doubt_if_constant(const Lane& lane) {
    const Facen& first = canaries_[lane.canaries.front()].facen;
    const auto is_first = [&](std::size_t canary) { return canaries_[canary].facen == first; };
    if (lane.canaries.size() >= kFewestDifferent && !doubt_ &&
        std::ranges::all_of(lane.canaries, is_first)) {
        doubt_ =
            fmt::format("{} different images got one and the same facen", lane.canaries.size());
    }
}

void ModelGuard::adopt(Lane& lane, Canary canary, std::uint64_t hash) {
    lane.hashes.insert(hash);
    lane.canaries.push_back(canaries_.size());
    canary_bytes_ += canary.image->size();
    canaries_.push_back(std::move(canary));
}

void ModelGuard::take_over(std::vector<Canary> canaries, std::size_t known) {
    for (Canary& canary : canaries) {
        const std::uint64_t hash = hash_of(canary.image);
        Lane& its = lane(canary.lane);
        its.has_known = its.has_known || canaries_.size() < known;
        adopt(its, std::move(canary), hash);
    }
    saved_ = canaries_.size();
    holds_ = !canaries_.empty();
    start_check_due_ = holds_;
}

}  // namespace ffdump

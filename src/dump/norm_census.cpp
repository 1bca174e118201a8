// SPDX-License-Identifier: Apache-2.0
#include "norm_census.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace ffdump {
namespace {

constexpr std::size_t kHalf = std::size_t{1} << 16U;
constexpr std::size_t kMostFine = 4;

/// Which of the counted values is the `rank`-th, from 0; `rank` is taken down by those before it.
std::size_t ranked(const std::vector<std::uint64_t>& counts, std::uint64_t& rank) {
    std::size_t at = 0;
    while (at + 1 < counts.size() && rank >= counts[at]) {
        rank -= counts[at++];
    }
    return at;
}

}  // namespace

void NormCensus::add(double norm) {
    // Of large floats the norm may be none.
    constexpr double kMost = std::numeric_limits<float>::max();
    // The bits of floats that are not negative are in the order of the floats.
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(std::min(norm, kMost)));
    const std::size_t upper = bits >> 16U;
    coarse_.resize(kHalf);
    ++count_;
    ++coarse_[upper];
    auto found = fine_.find(upper);
    if (found == fine_.end() && fine_.size() < kMostFine && coarse_[upper] == 1) {
        found = fine_.emplace(upper, std::vector<std::uint64_t>(kHalf)).first;
    }
    if (found != fine_.end()) {
        ++found->second[bits & (kHalf - 1)];
    }
}

double NormCensus::median() const {
    if (count_ == 0) {
        return 0;
    }
    std::uint64_t rank = (count_ - 1) / 2;
    const std::size_t upper = ranked(coarse_, rank);
    const auto found = fine_.find(upper);
    const std::size_t lower = found == fine_.end() ? kHalf / 2 : ranked(found->second, rank);
    return static_cast<double>(
        std::bit_cast<float>(static_cast<std::uint32_t>((upper << 16U) | lower)));
}

}  // namespace ffdump

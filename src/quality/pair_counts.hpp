// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/quality/quality.hpp"

#include <cstdint>
#include <vector>

namespace ffdump {

/// Similarities of pairs, counted in 65,536 steps from -1 to 1: a sample of 20,000 records has 200
/// million pairs, too many to keep. Means and deviations are exact.
class PairCounts {
 public:
    PairCounts();
    void add(double similarity);

    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    [[nodiscard]] double mean() const noexcept;
    [[nodiscard]] double deviation() const noexcept;
    /// Share of pairs that are at least so similar.
    [[nodiscard]] double share_from(double similarity) const;
    /// The lowest similarity, in whole steps, from which on at most this share of pairs lies.
    [[nodiscard]] double threshold_for(double share) const;
    /// Chance that one of these is more similar than one of `others`; ties count half.
    [[nodiscard]] double chance_above(const PairCounts& others) const;
    [[nodiscard]] std::array<double, kCurvePoints> curve() const;
    /// Both together.
    PairCounts& operator+=(const PairCounts& other);

 private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t total_ = 0;
    double sum_ = 0;
    double squares_ = 0;
};

[[nodiscard]] Separation separation_of(const PairCounts& same, const PairCounts& other);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "pair_counts.hpp"

#include <algorithm>
#include <cmath>

namespace ffdump {
namespace {

constexpr std::size_t kSteps = 1U << 16U;
/// So many pairs must lie above a threshold before it says something.
constexpr double kFewestAbove = 1;

std::size_t step_of(double similarity) {
    const double at = (similarity + 1) / 2 * static_cast<double>(kSteps);
    return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(kSteps - 1)));
}

double lower_edge(std::size_t step) {
    return (static_cast<double>(step) / static_cast<double>(kSteps) * 2) - 1;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

PairCounts::PairCounts() : counts_(kSteps) {}

void PairCounts::add(double similarity) {
    ++counts_[step_of(similarity)];
    ++total_;
    sum_ += similarity;
    squares_ += similarity * similarity;
}

PairCounts& PairCounts::operator+=(const PairCounts& other) {
    for (std::size_t i = 0; i < kSteps; ++i) {
        counts_[i] += other.counts_[i];
    }
    total_ += other.total_;
    sum_ += other.sum_;
    squares_ += other.squares_;
    return *this;
}

double PairCounts::mean() const noexcept {
    return total_ == 0 ? 0 : sum_ / static_cast<double>(total_);
}

double PairCounts::deviation() const noexcept {
    if (total_ == 0) {
        return 0;
    }
    const double middle = mean();
    return std::sqrt(std::max(0.0, (squares_ / static_cast<double>(total_)) - (middle * middle)));
}

double PairCounts::share_from(double similarity) const {
    std::uint64_t above = 0;
    for (std::size_t i = step_of(similarity); i < kSteps; ++i) {
        above += counts_[i];
    }
    return ratio(above, total_);
}

double PairCounts::threshold_for(double share) const {
    std::uint64_t above = 0;
    for (std::size_t i = kSteps; i-- > 0;) {
        above += counts_[i];
        if (ratio(above, total_) > share) {
            return lower_edge(i + 1);
        }
    }
    return -1;
}

double PairCounts::chance_above(const PairCounts& others) const {
    double sum = 0;
    std::uint64_t above = 0;
    for (std::size_t i = kSteps; i-- > 0;) {
        sum += static_cast<double>(others.counts_[i]) *
               (static_cast<double>(above) + (static_cast<double>(counts_[i]) / 2));
        above += counts_[i];
    }
    const double pairs = static_cast<double>(total_) * static_cast<double>(others.total_);
    return pairs == 0 ? 0 : sum / pairs;
}

std::array<double, kCurvePoints> PairCounts::curve() const {
    std::array<double, kCurvePoints> shares{};
    for (std::size_t i = 0; i < kSteps; ++i) {
        shares.at(i * kCurvePoints / kSteps) += ratio(counts_[i], total_);
    }
    return shares;
}

Separation separation_of(const PairCounts& same, const PairCounts& other) {
    Separation separation;
    separation.same_pairs = same.total();
    separation.other_pairs = other.total();
    separation.same_mean = same.mean();
    separation.same_deviation = same.deviation();
    separation.other_mean = other.mean();
    separation.other_deviation = other.deviation();
    const double variance = (separation.same_deviation * separation.same_deviation) +
                            (separation.other_deviation * separation.other_deviation);
    separation.d_prime =
        variance > 0 ? (separation.same_mean - separation.other_mean) / std::sqrt(variance / 2) : 0;
    separation.auc = same.chance_above(other);
    if (static_cast<double>(other.total()) * kFalseAccepts >= kFewestAbove) {
        separation.tar = same.share_from(other.threshold_for(kFalseAccepts));
    }
    separation.same_curve = same.curve();
    separation.other_curve = other.curve();
    return separation;
}

}  // namespace ffdump

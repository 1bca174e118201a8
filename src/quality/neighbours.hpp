// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/quality/quality.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace ffdump {

/// The nearest neighbours of every record of a sample under one model, nearest first.
class Neighbours {
 public:
    static constexpr std::size_t kMost = kNeighbours.back();

    explicit Neighbours(std::size_t records) : nearest_(records) {}
    /// `similarities` of record `row` to all, itself included; ties go to the lower row.
    void add(std::size_t row, std::span<const float> similarities);
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t row) const { return nearest_[row]; }
    [[nodiscard]] std::size_t size() const noexcept { return nearest_.size(); }

 private:
    std::vector<std::vector<std::uint32_t>> nearest_;
    std::vector<std::uint32_t> order_;
};

/// How many of the first k of both are the same; k is cut to what there is.
[[nodiscard]] std::size_t shared_neighbours(std::span<const std::uint32_t> a,
                                            std::span<const std::uint32_t> b, std::size_t k);

/// Fills overlap and overlap_counts.
void compare_neighbours(const Neighbours& before, const Neighbours& after, GalleryQuality& quality);

}  // namespace ffdump

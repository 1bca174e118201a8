// SPDX-License-Identifier: Apache-2.0
#include "neighbours.hpp"

#include <algorithm>
#include <numeric>

namespace ffdump {

void Neighbours::add(std::size_t row, std::span<const float> similarities) {
    order_.resize(similarities.size());
    std::iota(order_.begin(), order_.end(), 0U);
    order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(row));
    const std::size_t count = std::min(kMost, order_.size());
    const auto is_nearer = [&](std::uint32_t a, std::uint32_t b) {
        return similarities[a] != similarities[b] ? similarities[a] > similarities[b] : a < b;
    };
    const auto end = order_.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(order_.begin(), end, order_.end(), is_nearer);
    nearest_[row].assign(order_.begin(), end);
}

std::size_t shared_neighbours(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                              std::size_t k) {
    const auto first = a.first(std::min(k, a.size()));
    const auto second = b.first(std::min(k, b.size()));
    return static_cast<std::size_t>(std::ranges::count_if(first, [&](std::uint32_t neighbour) {
        return std::ranges::find(second, neighbour) != second.end();
    }));
}

void compare_neighbours(const Neighbours& before, const Neighbours& after,
                        GalleryQuality& quality) {
    std::array<double, kNeighbours.size()> sums{};
    for (std::size_t row = 0; row < before.size(); ++row) {
        for (std::size_t i = 0; i < kNeighbours.size(); ++i) {
            const std::size_t k = std::min(kNeighbours.at(i), before.of(row).size());
            const std::size_t shared = shared_neighbours(before.of(row), after.of(row), k);
            sums.at(i) += k == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(k);
            if (kNeighbours.at(i) == Neighbours::kMost) {
                ++quality.overlap_counts.at(shared);
            }
        }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        quality.overlap.at(i) =
            before.size() == 0 ? 0 : sums.at(i) / static_cast<double>(before.size());
    }
}

}  // namespace ffdump

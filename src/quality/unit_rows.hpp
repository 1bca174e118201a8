// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace ffdump {

/// Facens of a sample, one a row, each scaled to length 1, so that products are cosines.
class UnitRows {
 public:
    explicit UnitRows(std::size_t columns) : columns_(columns) {}

    /// `facen` has `columns` floats and a length.
    void add(std::span<const float> facen);
    [[nodiscard]] std::size_t rows() const noexcept { return values_.size() / columns_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] const float* data() const noexcept { return values_.data(); }

 private:
    std::size_t columns_;
    std::vector<float> values_;
};

/// Gives the similarities of each row to all rows, itself included, row by row; false stops.
/// Exact, computed a block of rows at a time: memory is kRowsAtOnce rows of similarities.
using SimilarityRow = std::function<bool(std::size_t row, std::span<const float> similarities)>;
bool for_each_similarity_row(const UnitRows& rows, const SimilarityRow& take);
inline constexpr std::size_t kRowsAtOnce = 128;

}  // namespace ffdump

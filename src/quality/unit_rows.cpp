// SPDX-License-Identifier: Apache-2.0
#include "unit_rows.hpp"

#include "ffdump/record/facen.hpp"

#include <Eigen/Core>
#include <algorithm>

namespace ffdump {

void UnitRows::add(std::span<const float> facen) {
    const double norm = facen_norm(facen);
    for (const float value : facen) {
        values_.push_back(static_cast<float>(value / norm));
    }
}

bool for_each_similarity_row(const UnitRows& rows, const SimilarityRow& take) {
    using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto count = static_cast<Eigen::Index>(rows.rows());
    const auto columns = static_cast<Eigen::Index>(rows.columns());
    const Eigen::Map<const Matrix> all(rows.data(), count, columns);
    Matrix block;
    for (Eigen::Index begin = 0; begin < count; begin += kRowsAtOnce) {
        const Eigen::Index height =
            std::min<Eigen::Index>(static_cast<Eigen::Index>(kRowsAtOnce), count - begin);
        block.noalias() = all.middleRows(begin, height) * all.transpose();
        for (Eigen::Index i = 0; i < height; ++i) {
            const std::span<const float> row(block.row(i).data(), rows.rows());
            if (!take(static_cast<std::size_t>(begin + i), row)) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace ffdump

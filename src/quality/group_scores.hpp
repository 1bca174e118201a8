// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/quality/quality.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ffdump {

/// The rows of one group in a sample that is sorted by group.
struct GroupRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
};

/// How like its own group, and how like others, each record is under one model. The likeness to a
/// group is the upper median of the similarities to its members: one wrong member among three does
/// not make the right ones look wrong.
class GroupScores {
 public:
    struct Score {
        double own = 0;
        double other = 0;           ///< to a group that is not its own, taken without looking
        double nearest = -1;        ///< to the group that it is most like, other than its own
        std::size_t resembles = 0;  ///< a row of that group; its own row when there is none
    };

    explicit GroupScores(const std::vector<GroupRange>& groups) : groups_(groups) {}

    /// `similarities` of a row to all rows; `group` is that of the row.
    void add(std::size_t row, std::size_t group, std::span<const float> similarities);
    [[nodiscard]] const Score& of(std::size_t row) const { return scores_[row]; }

    /// The likeness that parts records of a group from strangers with the fewest errors, in the
    /// middle of the widest gap where that is so. After all rows of groups that are judged.
    [[nodiscard]] double border() const;

 private:
    double likeness(const GroupRange& group, std::size_t without,
                    std::span<const float> similarities);

    const std::vector<GroupRange>& groups_;
    std::vector<Score> scores_;
    std::vector<std::size_t> judged_;
    std::vector<float> members_;
};

/// In smaller groups nobody can say which one is wrong.
inline constexpr std::size_t kSmallestJudged = 3;

}  // namespace ffdump

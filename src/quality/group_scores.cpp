// SPDX-License-Identifier: Apache-2.0
#include "group_scores.hpp"

#include <algorithm>

namespace ffdump {
namespace {

struct Mark {
    double likeness = 0;
    bool is_own = false;
};

}  // namespace

double GroupScores::likeness(const GroupRange& group, std::size_t without,
                             std::span<const float> similarities) {
    members_.clear();
    for (std::size_t row = group.begin; row < group.end; ++row) {
        if (row != without) {
            members_.push_back(similarities[row]);
        }
    }
    if (members_.empty()) {
        return -1;
    }
    const auto middle = members_.begin() + static_cast<std::ptrdiff_t>(members_.size() / 2);
    std::nth_element(members_.begin(), middle, members_.end());
    return *middle;
}

void GroupScores::add(std::size_t row, std::size_t group, std::span<const float> similarities) {
    scores_.resize(std::max(scores_.size(), row + 1));
    Score& score = scores_[row];
    score.resembles = row;
    if (groups_[group].size() < kSmallestJudged) {
        return;
    }
    judged_.push_back(row);
    score.own = likeness(groups_[group], row, similarities);
    bool has_other = false;
    for (std::size_t i = 1; i < groups_.size(); ++i) {
        const GroupRange& other = groups_[(group + i) % groups_.size()];
        if (other.size() < kSmallestJudged) {
            continue;
        }
        const double like = likeness(other, row, similarities);
        if (!has_other) {
            score.other = like;
            has_other = true;
        }
        if (like > score.nearest) {
            score.nearest = like;
            score.resembles = other.begin;
        }
    }
}

double GroupScores::border() const {
    std::vector<Mark> marks;
    for (const std::size_t row : judged_) {
        marks.push_back({scores_[row].own, true});
        marks.push_back({scores_[row].other, false});
    }
    std::ranges::sort(marks, {}, &Mark::likeness);
    // Below everything all strangers are taken in; each mark that is passed changes that by one.
    auto errors = static_cast<std::ptrdiff_t>(judged_.size());
    std::ptrdiff_t fewest = errors;
    double widest = 0;
    double border = -1;
    for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
        errors += marks[i].is_own ? 1 : -1;
        const double gap = marks[i + 1].likeness - marks[i].likeness;
        if (gap > 0 && (errors < fewest || (errors == fewest && gap > widest))) {
            fewest = errors;
            widest = gap;
            border = (marks[i].likeness + marks[i + 1].likeness) / 2;
        }
    }
    return border;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

namespace ffdump {

/// Both ends belong to it; `first` is where a search begins. Fixed when both ends are the same.
struct ClimbRange {
    std::size_t least = 1;
    std::size_t most = 1;
    std::size_t first = 1;
    [[nodiscard]] bool is_fixed() const noexcept { return least >= most; }
};

/// Finds the value of a setting (requests in flight, images in a batch) at which the rate is
/// highest, and of values that differ little the smallest: it maximises rate * (value + 3)^-0.05,
/// so that a value a quarter larger must bring one hundredth more. First it doubles while that
/// helps, then it tries neighbours a quarter away, the more rarely the longer none was better.
/// Owned by whoever measures rates. Pure state, no threads.
class RateClimber {
 public:
    explicit RateClimber(ClimbRange range);

    [[nodiscard]] std::size_t value() const noexcept { return value_; }
    [[nodiscard]] bool is_fixed() const noexcept { return range_.is_fixed(); }
    /// A value that may be worse than the best one known is in force.
    [[nodiscard]] bool is_trying() const noexcept { return starting_ || trying_; }
    /// It doubles still, so that a rough rate will do.
    [[nodiscard]] bool is_starting() const noexcept { return starting_; }
    /// What value() brought, in any unit. May change value().
    void judge(double rate);
    /// value() was too much: back to the best one known if it was a trial, else half of it.
    void cut();
    /// What a trial brings says nothing, since something else has changed: back to the best one
    /// known, which is measured anew.
    void abandon();
    /// From now on never above `most`, until the next call.
    void cap(std::size_t most);

 private:
    struct Known {
        std::size_t value = 0;
        double rate = 0;
    };
    enum class Way : unsigned char { up, down };

    [[nodiscard]] static double worth(const Known& known);
    [[nodiscard]] std::size_t most() const noexcept;
    [[nodiscard]] std::size_t neighbour(Way way) const noexcept;
    void judge_start(double rate);
    void judge_trial(double rate);
    void rest(double rate);
    [[nodiscard]] bool is_promising(Way way) const;
    void turn_back();

    ClimbRange range_;
    std::size_t cap_;
    std::size_t value_;
    std::optional<Known> best_;
    double best_each_ = 0;  ///< highest rate / value ever
    bool starting_ = true;
    bool trying_ = false;
    Way way_ = Way::up;
    unsigned patience_ = 1;  ///< judgements between two trials
    unsigned waited_ = 0;
};

}  // namespace ffdump

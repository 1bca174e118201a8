// SPDX-License-Identifier: Apache-2.0
#include "rate_climber.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ffdump {
namespace {

/// What a doubling must bring to be followed by another.
constexpr double kWorthDoubling = 1.06;
constexpr unsigned kMostPatience = 8;
/// A rate that moved so far by itself: the service has changed, so search anew.
constexpr double kChanged = 0.2;
/// The price of a larger value: each percent more must bring 0.05 percent.
constexpr double kPrice = 0.05;
/// Below it a request more is cheap, and one that waits at the service bridges the way there.
constexpr double kCheap = 3.0;

}  // namespace

RateClimber::RateClimber(ClimbRange range)
    : range_(range),
      cap_(range.most),
      value_(std::clamp(range.first, range.least, std::max(range.least, range.most))),
      starting_(!range.is_fixed()) {}

double RateClimber::worth(const Known& known) {
    return known.rate * std::pow(static_cast<double>(known.value) + kCheap, -kPrice);
}

std::size_t RateClimber::most() const noexcept {
    return std::min(cap_, std::max(range_.least, range_.most));
}

std::size_t RateClimber::neighbour(Way way) const noexcept {
    if (way == Way::up) {
        return std::min(most(), value_ + std::max<std::size_t>(1, value_ / 3));
    }
    const std::size_t step = std::max<std::size_t>(1, value_ / 4);
    const std::size_t least = std::min(range_.least, most());
    return value_ <= least + step ? least : value_ - step;
}

void RateClimber::judge(double rate) {
    if (is_fixed()) {
        return;
    }
    best_each_ = std::max(best_each_, rate / static_cast<double>(value_));
    if (starting_) {
        judge_start(rate);
    } else if (trying_) {
        judge_trial(rate);
    } else {
        rest(rate);
    }
}

void RateClimber::judge_start(double rate) {
    if (best_ && rate < kWorthDoubling * best_->rate) {
        starting_ = false;
        judge_trial(rate);
        return;
    }
    best_ = Known{value_, rate};
    starting_ = value_ < most();
    value_ = std::min(most(), value_ * 2);
}

void RateClimber::judge_trial(double rate) {
    trying_ = false;
    waited_ = 0;
    const Known tried{value_, rate};
    if (!best_ || worth(tried) > worth(*best_)) {
        best_ = tried;
        patience_ = std::max(patience_ / 2, 1U);
        return;
    }
    turn_back();
}

/// The trial was none that helped.
void RateClimber::turn_back() {
    value_ = std::min(best_->value, most());
    patience_ = std::min(patience_ * 2, kMostPatience);
    way_ = way_ == Way::up ? Way::down : Way::up;
}

void RateClimber::rest(double rate) {
    if (best_ && std::abs(rate - best_->rate) > kChanged * best_->rate) {
        patience_ = 1;
    }
    best_ = Known{value_, rate};
    if (++waited_ < patience_) {
        return;
    }
    if (!is_promising(way_)) {
        way_ = way_ == Way::up ? Way::down : Way::up;
    }
    if (is_promising(way_)) {
        value_ = neighbour(way_);
        trying_ = true;
    }
}

/// A smaller value cannot bring more than each unit of it ever brought: where that is too little,
/// the trial is saved, which would cost its share of the rate.
bool RateClimber::is_promising(Way way) const {
    const std::size_t next = neighbour(way);
    if (next == value_) {
        return false;
    }
    const double most = way == Way::up ? std::numeric_limits<double>::max()
                                       : best_each_ * static_cast<double>(next);
    return worth({next, most}) > worth(*best_);
}

void RateClimber::abandon() {
    if (!is_trying() || !best_) {
        return;  // nor is the value that a search begins with a trial
    }
    starting_ = false;
    trying_ = false;
    waited_ = 0;
    turn_back();
    best_.reset();
}

void RateClimber::cut() {
    if (is_fixed()) {
        return;
    }
    const std::size_t before =
        best_ && is_trying() && best_->value < value_ ? best_->value : value_ / 2;
    value_ = std::clamp(before, std::min(range_.least, most()), most());
    best_.reset();
    starting_ = false;
    trying_ = false;
    way_ = Way::up;
    patience_ = 1;
    waited_ = 0;
}

void RateClimber::cap(std::size_t most) {
    if (is_fixed()) {
        return;
    }
    cap_ = std::max<std::size_t>(most, 1);
    if (value_ > cap_) {
        value_ = cap_;
        best_.reset();
        starting_ = false;
        trying_ = false;
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <random>

namespace ffdump {

/// One answer as a candidate sees it.
struct PaceSample {
    double latency = 0;  ///< seconds
    std::size_t in_flight = 0;
    Clock::Instant now;
};

/// Netflix's Gradient2: limit * clamp(tolerance * long / short latency, 0.5, 1) + sqrt(limit).
class Gradient2 {
 public:
    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(limit_); }
    void answered(const PaceSample& sample) {
        constexpr double kLongWindow = 600;
        long_ = count_ == 0 ? sample.latency
                            : long_ + ((sample.latency - long_) * 2 / (kLongWindow + 1));
        ++count_;
        if (long_ / sample.latency > 2) {
            long_ *= 0.95;
        }
        if (static_cast<double>(sample.in_flight) < limit_ / 2) {
            return;
        }
        const double gradient = std::clamp(1.5 * long_ / sample.latency, 0.5, 1.0);
        const double next = (limit_ * gradient) + std::sqrt(limit_);
        limit_ = std::clamp((limit_ * 0.8) + (next * 0.2), 1.0, 128.0);
    }
    void faulted(const PaceSample& /*sample*/) { limit_ = std::max(1.0, limit_ / 2); }

 private:
    double limit_ = 4;
    double long_ = 0;
    std::size_t count_ = 0;
};

/// One more for each width answered in less than twice the least latency, else nine tenths.
class Aimd {
 public:
    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(limit_); }
    void answered(const PaceSample& sample) {
        least_ = least_ == 0 ? sample.latency : std::min(least_, sample.latency);
        if (sample.latency <= 2 * least_) {
            limit_ = std::min(128.0, limit_ + (1 / limit_));
        } else if (sample.now >= next_cut_) {
            cut(0.9, sample);
        }
    }
    void faulted(const PaceSample& sample) { cut(0.5, sample); }

 private:
    void cut(double share, const PaceSample& sample) {
        limit_ = std::max(1.0, limit_ * share);
        next_cut_ = sample.now + std::chrono::duration_cast<Clock::Instant::duration>(
                                     std::chrono::duration<double>(sample.latency));
    }
    double limit_ = 4;
    double least_ = 0;
    Clock::Instant next_cut_;
};

/// After Vespa's feed client: throughput by width in buckets of equal ratio, the best of
/// throughput * width^-0.05, approached with some chance.
class Throttler {
 public:
    [[nodiscard]] std::size_t width() const { return width_; }
    void answered(const PaceSample& sample) {
        if (count_++ == 0) {
            since_ = sample.now;
            return;
        }
        const auto wide = static_cast<double>(width_);
        if (static_cast<double>(count_) < std::max(8.0, 2 * wide)) {
            return;
        }
        const double elapsed = std::chrono::duration<double>(sample.now - since_).count();
        rates_.at(bucket(wide)) = static_cast<double>(count_ - 1) / std::max(elapsed, 1e-9);
        count_ = 0;
        choose();
    }
    void faulted(const PaceSample& /*sample*/) {
        width_ = std::max<std::size_t>(1, width_ / 2);
        count_ = 0;
    }

 private:
    static constexpr std::size_t kBuckets = 32;
    [[nodiscard]] static std::size_t bucket(double width) {
        return std::min(kBuckets - 1,
                        static_cast<std::size_t>(kBuckets * std::log(width) / std::log(128.0)));
    }
    void choose() {
        double best = 1;
        double most = -1;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            const double width = std::pow(128.0, (static_cast<double>(i) + 0.5) / kBuckets);
            const double worth = rates_.at(i) * std::pow(width, -0.05);
            if (rates_.at(i) > 0 && worth > most) {
                most = worth;
                best = width;
            }
        }
        const double chance = std::uniform_real_distribution<double>(0.92, 1.12)(random_);
        width_ = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(best * chance + 0.5)),
                                         1, 128);
    }
    std::size_t width_ = 4;
    std::size_t count_ = 0;
    Clock::Instant since_;
    std::array<double, kBuckets> rates_{};
    std::mt19937_64 random_{1};
};

}  // namespace ffdump

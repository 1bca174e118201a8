// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

namespace ffdump {

/// Lets retries of a service that works be a share of the requests to it at most, so that a
/// service which is slow because it has too much to do is not asked for more. Each request that
/// was not sent before earns its share, each retry costs one; ten are there from the start. What
/// is sent to find out whether a service that was down is back costs none: else each of those
/// probes would be a request that has not failed yet. A retry while nothing else is in flight is
/// always allowed: the run must go on, and one request at a time is no storm. Pure state, no
/// threads.
class RetryBudget {
 public:
    /// `share` from 0 to 1.
    explicit RetryBudget(double share) : share_(share) {}

    /// `is_alone`: nothing else is in flight or could be sent.
    [[nodiscard]] bool may_retry(bool is_alone) const noexcept { return is_alone || left_ >= 1; }
    void sent() noexcept { left_ = std::min(kMost, left_ + share_); }
    void sent_again() noexcept { left_ = std::max(0.0, left_ - 1); }

 private:
    static constexpr double kMost = 10;
    double share_;
    double left_ = kMost;
};

}  // namespace ffdump

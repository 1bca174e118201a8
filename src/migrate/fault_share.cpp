// SPDX-License-Identifier: Apache-2.0
#include "fault_share.hpp"

#include <algorithm>
#include <cmath>

namespace ffdump {

void FaultShare::add(bool has_failed) {
    latest_.push_back(has_failed);
    failed_ += has_failed ? 1U : 0U;
    if (latest_.size() > kWindow) {
        failed_ -= latest_.front() ? 1U : 0U;
        latest_.pop_front();
    }
}

unsigned FaultShare::hopeless_after(unsigned least) const {
    // The one that is asked about has failed itself, which says nothing about the others.
    if (failed_ < 2) {
        return least;
    }
    // So many failures in a row are one case in a billion.
    constexpr double kDigits = 9.0;
    const double share = static_cast<double>(failed_ - 1) / static_cast<double>(latest_.size());
    return std::max(least, static_cast<unsigned>(std::ceil(kDigits / -std::log10(share))));
}

}  // namespace ffdump

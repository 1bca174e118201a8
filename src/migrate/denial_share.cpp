// SPDX-License-Identifier: Apache-2.0
#include "denial_share.hpp"

#include <algorithm>

namespace ffdump {

bool DenialShare::may_pass(Reason reason) noexcept {
    return reason == Reason::image_missing || reason == Reason::image_undecodable;
}

unsigned DenialShare::enough() const {
    constexpr unsigned kLeast = 2;
    // Where half of the first answers are denials there is a pattern, and nothing is believed.
    constexpr unsigned kMost = 30;
    return again_.failed() == 0 ? kLeast : std::min(kMost, first_.hopeless_after(kLeast));
}

}  // namespace ffdump

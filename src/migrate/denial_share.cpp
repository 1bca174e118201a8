// SPDX-License-Identifier: Apache-2.0
#include "denial_share.hpp"

#include <algorithm>

namespace ffdump {
namespace {

constexpr unsigned kLeast = 2;
/// Until the storage has contradicted itself: of one image (the least after that), and of different
/// ones.
constexpr unsigned kMostOfOne = 5;
constexpr unsigned kMostOfAll = 40;
/// Once it has: then the images that are really gone are among those that are denied at random, and
/// only a long series of second answers shows that there are no others.
constexpr unsigned kMost = 100;

}  // namespace

bool DenialShare::may_pass(Reason reason) noexcept {
    return reason == Reason::image_missing || reason == Reason::image_unreadable;
}

void DenialShare::answered(unsigned before, bool is_denied) {
    if (before == 0) {
        first_.add(is_denied);
    } else if (!is_denied) {
        contradicted();
    } else if (before == 1) {
        // No more than is asked for now: when more images are denied than before, it must be shown
        // anew.
        agreed_ = std::min(agreed_ + 1, proof());
    }
}

void DenialShare::contradicted() {
    agreed_ = 0;
    is_contradicted_ = true;
}

unsigned DenialShare::proof() const {
    return is_contradicted_ ? kMost : std::min(kMostOfAll, first_.hopeless_after(kLeast));
}

unsigned DenialShare::enough() const {
    if (agreed_ >= proof()) {
        return kLeast;
    }
    const unsigned by_chance = first_.hopeless_after(kLeast);
    return is_contradicted_ ? std::clamp(by_chance, kMostOfOne, kMost)
                            : std::min(by_chance, kMostOfOne);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/tally.hpp"

namespace ffdump {

bool Tally::law_holds() const noexcept {
    RecordSums accounted = target;
    accounted += failed;
    accounted += excluded;
    // vec is not part of the law: a source holds other facens by nature.
    return source.count == accounted.count && source.ids == accounted.ids &&
           source.rest == accounted.rest;
}

}  // namespace ffdump

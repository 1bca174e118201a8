// SPDX-License-Identifier: Apache-2.0
#include "storage_probes.hpp"

#include <utility>

namespace ffdump {

StorageProbes::StorageProbes(ServiceGate& gate, KnownImages known)
    : gate_(gate), known_(std::move(known)) {}

std::optional<std::string> StorageProbes::next() {
    std::optional<std::string> id = known_.next();
    if (!id) {
        known_.restart();
    }
    return id;
}

void StorageProbes::answered(const std::string& normalized_id, const Result<Image>& image,
                             Clock::Instant now) {
    if (image) {
        gate_.succeeded(now);
        known_.came(normalized_id, count());
        known_.restart();
    } else if (image.error().fault() == FaultClass::record) {
        gate_.succeeded(now);
        known_.denied(normalized_id, came_);
    } else if (image.error().reason() == Reason::interrupted) {
        gate_.ended(now);
    } else {
        faulted(normalized_id, image.error(), now);
    }
}

void StorageProbes::faulted(const std::string& normalized_id, const Error& error,
                            Clock::Instant now) {
    gate_.faulted(now, error);
    if (normalized_id == known_.first()) {
        known_.restart();
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "storage_health.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {

StorageHealth::StorageHealth(ServiceGate& gate, KnownImages known, FailureHold failures,
                             std::string where)
    : gate_(gate),
      known_(std::move(known)),
      failures_(std::move(failures)),
      where_(std::move(where)) {}

void StorageHealth::came(const Ticket& ticket, Clock::Instant now) {
    ++came_;
    failures_.passed();
    if (!has_known()) {
        known_.came(ticket.work->block.text(ticket.span().normalized_id).value_or(""), came_);
    }
    gate_.succeeded(now);
}

std::optional<std::string> StorageHealth::look(Clock::Instant now) {
    if (is_looking_ || verdict_ || !gate_.may_send(now)) {
        return std::nullopt;
    }
    if (!std::exchange(is_judging_, true)) {
        has_met_fault_ = false;
        known_.restart();
    }
    std::optional<std::string> id = known_.next();
    is_looking_ = id.has_value();
    if (!id) {
        none_came(now);
    }
    return id;
}

void StorageHealth::looked(const std::string& normalized_id, const Result<Image>& image,
                           Clock::Instant now) {
    is_looking_ = false;
    if (image) {
        ++came_;
        if (has_known() && known_.first() != normalized_id) {
            // That one image comes is no proof where another that was there does not.
            gate_.ended(now);
            goes_down("an image that came before does not come now", now);
        } else {
            turned_out_well(normalized_id, now);
        }
        return;
    }
    const Error& error = image.error();
    if (error.fault() == FaultClass::record) {
        gate_.ended(now);  // says nothing yet: the next known image does
        known_.denied(normalized_id, came_);
    } else if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
    } else {
        has_met_fault_ = true;
        faulted(normalized_id, error, now);
    }
}

void StorageHealth::turned_out_well(const std::string& normalized_id, Clock::Instant now) {
    gate_.succeeded(now);
    known_.came(normalized_id, came_);
    is_judging_ = false;
    if (!std::exchange(is_down_, false)) {
        failures_.book();
        return;
    }
    returned_ = failures_.take_back();
}

/// Every known image is missing as well.
void StorageHealth::none_came(Clock::Instant now) {
    is_judging_ = false;
    if (has_met_fault_) {
        return;  // not all of them were answered: they are asked for again
    }
    if (came_ != 0) {
        goes_down("images that came before do not come now", now);
        return;
    }
    verdict_ = suspicion("no other image of the dump comes either")
                   .hint(fmt::format("check where normalized_storage points to; if the images "
                                     "really are gone, add --accept-failures {}",
                                     reason_name(failures_.pattern()->reason())));
}

void StorageHealth::goes_down(const char* why, Clock::Instant now) {
    is_judging_ = false;
    is_down_ = true;
    gate_.trip(now, suspicion(why));
}

Error StorageHealth::suspicion(const char* why) const {
    return Error(Reason::failure_pattern, fmt::format("{}, and {}", failures_.pattern_text(), why))
        .at_url(where_);
}

std::optional<std::string> StorageHealth::probe() {
    std::optional<std::string> id = known_.next();
    if (!id) {
        known_.restart();
    }
    return id;
}

void StorageHealth::probed(const std::string& normalized_id, const Result<Image>& image,
                           Clock::Instant now) {
    if (image) {
        ++came_;
        gate_.succeeded(now);
        known_.came(normalized_id, came_);
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

/// A sample may be one of those that always fail, and the next one is asked for in its place.
void StorageHealth::faulted(const std::string& normalized_id, const Error& error,
                            Clock::Instant now) {
    gate_.faulted(now, error);
    if (normalized_id == known_.first()) {
        known_.restart();
    }
}

std::vector<Ticket> StorageHealth::take_returned() {
    return std::exchange(returned_, {});
}

}  // namespace ffdump

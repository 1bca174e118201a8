// SPDX-License-Identifier: Apache-2.0
#include "storage_health.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {

StorageHealth::StorageHealth(ServiceGate& gate, KnownImages known, FailureHold failures,
                             std::string where)
    : gate_(gate),
      probes_(gate, std::move(known)),
      failures_(std::move(failures)),
      where_(std::move(where)) {}

void StorageHealth::came(const Ticket& ticket, Clock::Instant now) {
    const std::uint64_t count = probes_.count();
    failures_.passed();
    if (!has_known()) {
        probes_.known().came(ticket.work->block.text(ticket.span().normalized_id).value_or(""),
                             count);
    }
    gate_.succeeded(now);
}

std::optional<std::string> StorageHealth::look(Clock::Instant now) {
    if (is_looking_ || verdict_ || !gate_.may_send(now)) {
        return std::nullopt;
    }
    if (!std::exchange(is_judging_, true)) {
        has_met_fault_ = false;
        probes_.known().restart();
    }
    std::optional<std::string> id = probes_.known().next();
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
        probes_.count();
        if (has_known() && probes_.known().first() != normalized_id) {
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
        probes_.known().denied(normalized_id, came());
    } else if (error.reason() == Reason::interrupted) {
        gate_.ended(now);
    } else {
        has_met_fault_ = true;
        probes_.faulted(normalized_id, error, now);
    }
}

void StorageHealth::turned_out_well(const std::string& normalized_id, Clock::Instant now) {
    gate_.succeeded(now);
    probes_.known().came(normalized_id, came());
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
    if (came() != 0) {
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

std::vector<Ticket> StorageHealth::take_returned() {
    return std::exchange(returned_, {});
}

}  // namespace ffdump

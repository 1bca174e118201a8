// SPDX-License-Identifier: Apache-2.0
#include "extraction_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

Error hopeless(const FailureHold& hold) {
    return Error(Reason::failure_pattern,
                 fmt::format(
                     "extraction-api: {}, and no image of this target is known to give a facen",
                     hold.pattern_text()))
        .hint(fmt::format("check detector, path, vector and dimension of the target and which "
                          "network extraction-api has loaded; if the records really are like "
                          "this, add --accept-failures {}",
                          reason_name(hold.pattern()->reason())));
}

Error no_longer_well(const FailureHold& hold) {
    return Error(
        Reason::failure_pattern,
        fmt::format("{}, and an image that had a facen before gets none now", hold.pattern_text()));
}

}  // namespace

ExtractionHealth::ExtractionHealth(std::size_t lanes, ServiceGate& gate, ModelGuard& guard,
                                   const std::vector<Reason>& accepted, double norm_tolerance)
    : gate_(gate), guard_(guard), norm_tolerance_(norm_tolerance) {
    lanes_.reserve(lanes);
    for (std::size_t i = 0; i < lanes; ++i) {
        lanes_.emplace_back();
        lanes_.back().hold = FailureHold(accepted);
    }
}

void ExtractionHealth::passed(std::size_t index, const SharedBytes& image, const Facen& facen) {
    Lane& lane = lanes_[index];
    lane.hold.passed();
    if (!lane.known) {
        lane.known = Known{image, facen};
    }
}

void ExtractionHealth::failed(std::size_t index, const Ticket& ticket, Error error) {
    // The image is asked for the guard's sake alone: the record has its facen.
    if (ticket.work->fates[ticket.index].has_prior) {
        ticket.work->settle_prior(ticket.index);
        return;
    }
    lanes_[index].hold.add(ticket, std::move(error));
}

bool ExtractionHealth::holds(std::size_t index) const {
    return lanes_[index].down || lanes_[index].hold.is_suspicious();
}

std::optional<ExtractionHealth::Known> ExtractionHealth::known(std::size_t index) const {
    if (lanes_[index].known) {
        return lanes_[index].known;
    }
    const auto& canaries = guard_.canaries();
    const auto canary = std::ranges::find(canaries, index, &Canary::lane);
    return canary == canaries.end() ? std::nullopt
                                    : std::optional(Known{canary->image, canary->facen});
}

std::vector<ImageBatch> ExtractionHealth::looks(Clock::Instant now) {
    std::vector<ImageBatch> batches;
    for (std::size_t index = 0; index < lanes_.size(); ++index) {
        Lane& lane = lanes_[index];
        const bool is_pattern = holds(index);
        if (!(is_pattern || lane.is_doubted) || lane.looking || !gate_.may_send(now)) {
            continue;
        }
        lane.is_doubted = false;
        lane.known = known(index);
        if (!lane.known) {
            if (is_pattern) {
                verdict_ = hopeless(lane.hold);
            }
            continue;
        }
        ImageBatch batch;
        batch.lane = index;
        batch.look = true;
        batch.images.push_back({{}, lane.known->image});
        batches.push_back(std::move(batch));
        lane.looking = true;
        lane.judging = is_pattern;
    }
    return batches;
}

bool ExtractionHealth::looked(std::size_t index, const ExtractedFacen& facen, Clock::Instant now) {
    Lane& lane = lanes_[index];
    lane.looking = false;
    const FacenRules rules{.dimension = lane.known->facen.size(),
                           .norm_tolerance = norm_tolerance_};
    const bool is_whole = facen && check_facen(*facen, rules);
    const bool is_well = is_whole && guard_.is_same(lane.known->facen, *facen);
    if (is_well) {
        gate_.succeeded(now);
    } else if (facen) {
        // Another facen, or one of another dimension: whether it is another model the guard tells.
        guard_.demand_check();
    }
    if (lane.judging) {
        is_well ? good_look(lane) : bad_look(lane, now);
    } else if (!is_well) {
        gate_.ended(now);
    }
    return is_well;
}

void ExtractionHealth::good_look(Lane& lane) {
    if (std::exchange(lane.down, false)) {
        const std::vector<Ticket> tickets = lane.hold.take_back();
        returned_.insert(returned_.end(), tickets.begin(), tickets.end());
    } else {
        lane.hold.book();
    }
}

void ExtractionHealth::bad_look(Lane& lane, Clock::Instant now) {
    lane.down = true;
    gate_.ended(now);
    gate_.trip(now, no_longer_well(lane.hold));
}

bool ExtractionHealth::wants_look() const {
    for (std::size_t index = 0; index < lanes_.size(); ++index) {
        if ((holds(index) || lanes_[index].is_doubted) && !lanes_[index].looking) {
            return true;
        }
    }
    return false;
}

std::vector<Ticket> ExtractionHealth::take_returned() {
    return std::exchange(returned_, {});
}

std::size_t ExtractionHealth::held() const {
    std::size_t sum = 0;
    for (const Lane& lane : lanes_) {
        sum += lane.hold.records();
    }
    return sum;
}

void ExtractionHealth::settle_calm(FailureHold::More more) {
    for (Lane& lane : lanes_) {
        if (!lane.down) {
            lane.hold.settle_calm(more);
        }
    }
}

void ExtractionHealth::book_all() {
    for (Lane& lane : lanes_) {
        lane.hold.book();
    }
}

}  // namespace ffdump

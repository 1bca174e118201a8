// SPDX-License-Identifier: Apache-2.0
#include "extraction_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
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

Error no_longer_well(const FailureHold& hold, const std::string& by) {
    return Error(Reason::failure_pattern,
                 fmt::format("{}, and an image that had a facen before gets none now{}",
                             hold.pattern_text(), by));
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
    lanes_[index].failed_by.insert(ticket.server);
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
        if (!(is_pattern || lane.doubted) || lane.looks != 0 || !gate_.may_send(now)) {
            continue;
        }
        const std::set<std::size_t> servers =
            is_pattern ? lane.failed_by : std::set<std::size_t>{*lane.doubted};
        lane.doubted.reset();
        lane.known = known(index);
        if (!lane.known) {
            if (is_pattern) {
                verdict_ = hopeless(lane.hold);
            }
            continue;
        }
        for (const std::size_t server : servers) {
            ImageBatch batch;
            batch.lane = index;
            batch.look = true;
            batch.look_at = server;
            batch.images.push_back({{}, lane.known->image});
            batches.push_back(std::move(batch));
        }
        lane.asked = servers;
        lane.looks = servers.size();
        lane.judging = is_pattern;
    }
    return batches;
}

bool ExtractionHealth::looked(const Look& look, const ExtractedFacen& facen, Clock::Instant now) {
    Lane& lane = lanes_[look.lane];
    const FacenRules rules{.dimension = lane.known->facen.size(),
                           .norm_tolerance = norm_tolerance_};
    const bool is_whole = facen && check_facen(*facen, rules);
    const bool is_well = is_whole && guard_.is_same(lane.known->facen, *facen);
    if (!is_well) {
        lane.ill = look.server;
        if (facen) {
            // Another facen, or one of another dimension: whether it is another model the guard
            // tells.
            guard_.demand_check();
        }
    }
    // The last of a round closes the breaker, if all were good.
    if (lane.looks == 1 && !lane.ill) {
        gate_.succeeded(now);
    } else {
        gate_.ended(now);
    }
    conclude_look(lane, now);
    return is_well;
}

void ExtractionHealth::looked_in_vain(std::size_t index, Clock::Instant now) {
    lanes_[index].is_clear = false;
    conclude_look(lanes_[index], now);
}

void ExtractionHealth::conclude_look(Lane& lane, Clock::Instant now) {
    if (--lane.looks != 0) {
        return;
    }
    if (lane.judging) {
        lane.ill ? bad_look(lane, now) : good_look(lane);
    }
    lane.ill.reset();
    lane.is_clear = true;
}

void ExtractionHealth::good_look(Lane& lane) {
    for (const std::size_t server : lane.asked) {
        lane.failed_by.erase(server);
    }
    const bool is_of_well = !lane.down && lane.is_clear;
    if (is_of_well && !lane.failed_by.empty()) {
        return;  // others failed records meanwhile, and are asked next
    }
    lane.failed_by.clear();
    lane.down = false;
    if (!is_of_well) {
        const std::vector<Ticket> tickets = lane.hold.take_back();
        returned_.insert(returned_.end(), tickets.begin(), tickets.end());
    } else {
        lane.hold.book();
    }
}

void ExtractionHealth::bad_look(Lane& lane, Clock::Instant now) {
    lane.down = true;
    gate_.trip(now, no_longer_well(lane.hold, guard_.by_text(*lane.ill)));
}

bool ExtractionHealth::wants_look() const {
    for (std::size_t index = 0; index < lanes_.size(); ++index) {
        if ((holds(index) || lanes_[index].doubted) && lanes_[index].looks == 0) {
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
        if (!lane.down && !lane.hold.is_suspicious()) {
            lane.hold.book();
        }
    }
}

void ExtractionHealth::count(std::map<Reason, std::uint64_t>& by_reason) const {
    for (const Lane& lane : lanes_) {
        lane.hold.count(by_reason);
    }
}

}  // namespace ffdump

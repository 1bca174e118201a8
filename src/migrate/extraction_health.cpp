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
    const std::string pattern = hold.pattern_text();
    return Error(Reason::failure_pattern,
                 fmt::format("{}{}an image that had a facen before gets none now{}", pattern,
                             pattern.empty() ? "" : ", and ", by));
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

bool ExtractionHealth::is_down() const {
    return std::ranges::any_of(lanes_, &Lane::down);
}

bool ExtractionHealth::awaits_facens() const {
    return std::ranges::any_of(lanes_, [](const Lane& lane) {
        return (lane.down || lane.hold.is_suspicious()) && !lane.gives_another;
    });
}

void ExtractionHealth::gave_none(std::size_t index, std::size_t server, SharedBytes image) {
    lanes_[index].doubted = server;
    lanes_[index].refused = std::move(image);
}

void ExtractionHealth::gave_none_at_all(std::size_t index, std::size_t server, Clock::Instant now) {
    // One that is down already is probed at times that must not be put off.
    if (!lanes_[index].down) {
        take_down(lanes_[index], server, now);
    }
}

/// One of several in turn: an image may be refused for good while the service is well. The canary
/// for whose sake it is asked is the last to tell.
std::optional<ExtractionHealth::Known> ExtractionHealth::known(std::size_t index) const {
    const Lane& lane = lanes_[index];
    std::vector<Known> all;
    if (lane.known) {
        all.push_back(*lane.known);
    }
    for (const Canary& canary : guard_.canaries()) {
        if (canary.lane == index) {
            all.push_back({canary.image, canary.facen});
        }
    }
    const auto is_refused = [&lane](const Known& one) { return one.image == lane.refused; };
    if (!std::ranges::all_of(all, is_refused)) {
        std::erase_if(all, is_refused);
    }
    return all.empty() ? std::nullopt : std::optional(all[lane.bad_looks % all.size()]);
}

/// Whether facens that are not what they were are of another model a check tells, which looks
/// would keep from its turn while the service is down.
bool ExtractionHealth::may_look(const Lane& lane) const {
    const bool wants = lane.down || lane.hold.is_suspicious() || lane.doubted;
    return wants && lane.looks == 0 && !(lane.gives_another && guard_.is_checking());
}

std::vector<ImageBatch> ExtractionHealth::looks(Clock::Instant now) {
    std::vector<ImageBatch> batches;
    for (std::size_t index = 0; index < lanes_.size(); ++index) {
        Lane& lane = lanes_[index];
        const bool is_pattern = holds(index);
        if (!may_look(lane) || !gate_.may_send(now)) {
            continue;
        }
        const std::set<std::size_t> servers =
            is_pattern ? lane.failed_by : std::set<std::size_t>{*lane.doubted};
        lane.doubted.reset();
        lane.looked_for = known(index);
        if (!lane.looked_for) {
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
            batch.images.push_back({{}, lane.looked_for->image});
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
    const Facen& before = lane.looked_for->facen;
    const bool is_facen = facen && check_facen(*facen, {.norm_tolerance = norm_tolerance_});
    const bool is_well =
        is_facen && facen->size() == before.size() && guard_.is_same(before, *facen);
    if (is_well) {
        guard_.was_well(look.lane, look.server);
    } else {
        lane.ill = look.server;
        lane.gives_another = is_facen;
        if (is_facen) {
            // Whether it is another model the guard tells.
            guard_.demand_check();
        }
    }
    // The last of a round closes the breaker, if all were good and no other target is down.
    const bool is_round_good = lane.looks == 1 && !lane.ill;
    conclude_look(lane, now);
    if (is_round_good && !is_down()) {
        gate_.succeeded(now);
    } else {
        gate_.ended(now);
    }
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
    if (lane.judging || lane.refused) {
        lane.ill ? take_down(lane, *lane.ill, now) : good_look(lane);
    }
    lane.bad_looks += lane.ill ? 1U : 0U;
    lane.gives_another = lane.gives_another && lane.down;
    lane.refused.reset();
    lane.ill.reset();
    lane.is_clear = true;
}

void ExtractionHealth::good_look(Lane& lane) {
    for (const std::size_t server : lane.asked) {
        lane.failed_by.erase(server);
    }
    // What failed about the time when a canary got none is as doubtful as after an outage.
    const bool is_of_well = !lane.down && lane.is_clear && !lane.refused;
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

void ExtractionHealth::take_down(Lane& lane, std::size_t server, Clock::Instant now) {
    lane.down = true;
    lane.failed_by.insert(server);
    gate_.trip(now, no_longer_well(lane.hold, guard_.by_text(server)));
}

bool ExtractionHealth::wants_look() const {
    return std::ranges::any_of(lanes_, [this](const Lane& lane) { return may_look(lane); });
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

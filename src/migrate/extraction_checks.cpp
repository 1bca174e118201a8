// SPDX-License-Identifier: Apache-2.0
#include "extraction_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

// Requests for images whose facens are known; those of records are in extraction_stage.cpp.
//
// What waits for what, so that nothing waits for ever. A canary that gets no facen is asked for
// again after a while. When nobody else got one either, another image is looked for by the same
// server (ExtractionHealth); when that gets none, or when a batch with a sentinel gets none at all,
// the target is down: the breaker is open, looks are its probes, and everything else waits for a
// good one. So a check under way waits for looks, and looks wait for nothing but the gate. A check
// that is due waits for looks as well, also while the guard holds everything else: looks are not
// held. Looks wait for a check under way only when they have got facens of another kind, which the
// check will judge; it ends with doubt, or passes, or gets none, and then looks are next. None of
// this outlasts the gate's patience, since only a good look closes the breaker.

namespace ffdump {
namespace {

/// A canary is not asked for more rarely than after the wait for this attempt: the run may have
/// nothing else to do.
constexpr unsigned kSlowest = 5;

}  // namespace

ImageBatch ExtractionStage::batch_of(CanaryRequest request) const {
    ImageBatch batch;
    batch.lane = request.lane;
    for (std::size_t i = 0; i < request.which.size(); ++i) {
        batch.images.push_back({{}, guard_.canary(request, i).image});
    }
    batch.canaries = std::make_unique<CanaryRequest>(std::move(request));
    return batch;
}

void ExtractionStage::ask(CanaryRequest request) {
    queue_.put_first(batch_of(std::move(request)));
}

void ExtractionStage::worked(Clock::Instant now) {
    // Only a good look ends the wait for a target: another one may be well all the while.
    health_.is_down() ? gate_.ended(now) : gate_.succeeded(now);
}

void ExtractionStage::checked(const Flight& flight,
                              const Result<std::vector<ExtractedFacen>>& facens,
                              Clock::Instant now) {
    const ImageBatch& batch = flight.batch;
    if (batch.look) {
        const bool is_well = health_.looked({batch.lane, flight.server},
                                            facens ? facens->at(0) : failed(facens.error()), now);
        successes_ += is_well ? 1U : 0U;
        return;
    }
    std::optional<CanaryRequest> again =
        facens ? guard_.answered(*batch.canaries, *facens, flight.server)
               : guard_.refused(*batch.canaries, facens.error(), flight.server);
    const bool has_none = again && again->which.size() == batch.images.size();
    if (!has_none) {
        successes_ += facens ? 1U : 0U;
        worked(now);
    }
    if (again) {
        ask_again(std::move(*again), flight.server, has_none, now);
    }
}

void ExtractionStage::ask_again(CanaryRequest request, std::size_t server, bool has_none,
                                Clock::Instant now) {
    if (has_none) {
        gate_.faulted(now, Error(Reason::failure_pattern,
                                 fmt::format("an image that had a facen before gets none now{}: {}",
                                             guard_.by_text(server), request.why->detail())));
    }
    if (request.is_silent) {
        health_.gave_none(request.lane, server, guard_.canary(request, 0).image);
    }
    const auto wait = gate_.delay(std::min(request.asked, kSlowest), std::nullopt);
    queue_.put_back(batch_of(std::move(request)), now + wait);
}

void ExtractionStage::add_sentinel(ImageBatch& batch) {
    if (pace_.batch() < 2) {
        return;
    }
    const std::optional<std::size_t> canary = guard_.sentinel_for(batch.lane);
    if (!canary) {
        return;
    }
    const SharedBytes& image = guard_.canaries()[*canary].image;
    const auto has_no_room = [&] {
        return batch.images.size() >= pace_.batch() ||
               batch.bytes() + image->size() > limits_.batch_bytes;
    };
    if (batch.images.front().bytes->size() + image->size() > limits_.batch_bytes) {
        return;  // a batch that is too large is refused whole
    }
    while (batch.images.size() > 1 && has_no_room()) {
        queue_.untake_last(batch);
    }
    const std::size_t at = guard_.sentinel_place(batch.images.size());
    batch.images.insert(batch.images.begin() + static_cast<std::ptrdiff_t>(at),
                        ReadyImage{{}, image});
    batch.sentinel = std::make_unique<ImageBatch::Sentinel>(ImageBatch::Sentinel{at, *canary});
}

void ExtractionStage::judge_sentinel(const Flight& flight,
                                     const std::vector<ExtractedFacen>& facens,
                                     Clock::Instant now) {
    const ImageBatch& batch = flight.batch;
    if (!batch.sentinel) {
        return;
    }
    const auto said =
        guard_.judge_sentinel(batch.sentinel->canary, facens.at(batch.sentinel->at), flight.server);
    const FacenRules rules{.norm_tolerance = limits_.norm_tolerance};
    const bool gives_any = std::ranges::any_of(facens, [&rules](const ExtractedFacen& facen) {
        return facen && check_facen(*facen, rules);
    });
    if (said == ModelGuard::Sentinel::none && !gives_any) {
        health_.gave_none_at_all(batch.lane, flight.server, now);
    }
}

}  // namespace ffdump

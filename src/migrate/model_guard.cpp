// SPDX-License-Identifier: Apache-2.0
#include "model_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace ffdump {
namespace {

/// So often in all a canary gets no facen while others get theirs before that is believed: it may
/// have met one of several servers behind an address that is ill, in one of 64 cases if half are.
constexpr unsigned kTelling = 6;
constexpr double kAnyNorm = 1e30;
/// Last facens of so many stays of a server are kept, each with its image; more wait for a check.
constexpr std::size_t kMostStays = 8;
/// No server of this process.
constexpr std::size_t kEarlierProcess = std::numeric_limits<std::size_t>::max();
/// Larger images of an earlier process are left alone: all of them are in memory at once.
constexpr std::size_t kLargestUnvouched = 1U << 20U;

/// The norm of a facen that can be held against `known`. How long it is has no say, since a cosine
/// does not see it; one of no length has no direction.
Result<double> comparable(const Facen& known, const ExtractedFacen& facen) {
    if (!facen) {
        return failed(facen.error());
    }
    return check_facen(*facen, {.dimension = known.size(), .norm_tolerance = kAnyNorm})
        .and_then([](double norm) -> Result<double> {
            return norm > 0 ? Result<double>(norm)
                            : failed(Reason::facen_invalid, "the facen has no length");
        });
}

/// A facen, though perhaps of another length: what gives such a one has another model.
bool is_facen(const ExtractedFacen& facen) {
    return facen && check_facen(*facen, {.norm_tolerance = kAnyNorm}).value_or(0) > 0;
}

}  // namespace

ModelGuard::ModelGuard(const CanarySettings& settings, std::size_t batch_size, Random random)
    : settings_(settings), batch_size_(batch_size), random_(random) {}

ModelGuard::Lane& ModelGuard::lane(std::size_t index) {
    if (lanes_.size() <= index) {
        lanes_.resize(index + 1);
    }
    return lanes_[index];
}

void ModelGuard::extracted(std::size_t index, RecordId id, const SharedBytes& image,
                           const Facen& facen, const FacenSource& from) {
    ++since_check_;
    was_well(index, from.server);
    if (is_on() && servers_.size() > 1) {
        static_cast<void>(lane(index));
        last_facens_.insert_or_assign({index, from}, Canary{index, id, image, facen, from.server});
    }
    if (wants(index)) {
        look_at({index, id, image, facen, from.server});
    }
}

bool ModelGuard::is_crowded() const noexcept {
    return last_facens_.size() > kMostStays * lanes_.size() * servers_.size();
}

bool ModelGuard::is_due(Clock::Instant now, bool is_wanted) const {
    if (!is_on() || is_checking() || doubt_ || awaits_unvouched_) {
        return false;
    }
    const bool is_late = since_check_ != 0 && last_check_ && now - *last_check_ >= settings_.every;
    return is_wanted || start_check_due_ || is_late || is_crowded() ||
           since_check_ >= settings_.every_records;
}

void ModelGuard::unvouched(std::size_t index, RecordId id, const SharedBytes& image,
                           const Facen& facen) {
    if (!is_on() || image->size() > kLargestUnvouched) {
        return;
    }
    static_cast<void>(lane(index));
    const FacenSource source{.server = kEarlierProcess, .returns = last_facens_.size()};
    last_facens_.emplace(std::pair(index, source), Canary{index, id, image, facen});
    holds_ = true;
    start_check_due_ = true;
}

std::optional<std::size_t> ModelGuard::sentinel_for(std::size_t index) {
    const bool has_canaries = index < lanes_.size() && !lanes_[index].canaries.empty();
    if (settings_.sentinel_every == 0 || batch_size_ < 2 || !has_canaries) {
        return std::nullopt;
    }
    Lane& its = lanes_[index];
    const std::uint64_t batch = its.batches++;
    // A wrong server behind one address shows at the beginning of a run, or after a restart.
    if (batch >= settings_.watched_batches && batch % settings_.sentinel_every != 0) {
        return std::nullopt;
    }
    return its.canaries[random_.bits() % its.canaries.size()];
}

ModelGuard::Sentinel ModelGuard::judge_sentinel(std::size_t index, const ExtractedFacen& facen,
                                                std::size_t by) {
    const Canary& canary = canaries_[index];
    if (!comparable(canary.facen, facen)) {
        demand_check();
        return Sentinel::none;
    }
    const double cosine = facen_cosine(canary.facen, *facen);
    if (cosine >= settings_.cosine) {
        was_well(canary.lane, by);
        return Sentinel::same;
    }
    if (!doubt_) {
        doubt_ = fmt::format(
            "the image of record {}, sent among others, gave another facen (cosine {:.4f}, at "
            "least {} expected): another model, or answers in another order than the images{}",
            canary.id.value, cosine, settings_.cosine, givers_text(canary, by));
    }
    return Sentinel::another;
}

void ModelGuard::watch_anew() {
    for (Lane& lane : lanes_) {
        lane.batches = 0;
    }
    demand_check();
}

std::vector<CanaryRequest> ModelGuard::begin(Clock::Instant now) {
    last_check_ = now;
    since_check_ = 0;
    start_check_due_ = false;
    known_came_ = false;
    std::vector<CanaryRequest> requests;
    for (std::size_t index = 0; index < lanes_.size(); ++index) {
        ask_for_canaries(index, requests);
    }
    ask_for_last_facens(requests);
    for (CanaryRequest& request : requests) {
        request.since = seen_;
    }
    pending_ = requests.size();
    has_passed_ = requests.empty();
    return requests;
}

void ModelGuard::ask_for_canaries(std::size_t index, std::vector<CanaryRequest>& requests) {
    std::vector<std::size_t> which = lanes_[index].canaries;
    for (std::size_t i = which.size(); i > 1; --i) {
        std::swap(which[i - 1], which[random_.bits() % i]);
    }
    const std::size_t servers = which.empty() ? 0 : servers_.size();
    for (std::size_t i = 0; i < std::max(which.size(), servers); ++i) {
        requests.push_back({.lane = index, .which = {which[i % which.size()]}});
        if (servers > 1) {
            requests.back().server = i % servers;
        }
    }
    const std::span<const std::size_t> all(which);
    for (std::size_t at = 0; which.size() > 1 && at < which.size(); at += batch_size_) {
        const auto batch = all.subspan(at, std::min(batch_size_, which.size() - at));
        requests.push_back({.lane = index, .which = {batch.begin(), batch.end()}});
    }
}

void ModelGuard::ask_for_last_facens(std::vector<CanaryRequest>& requests) {
    asked_last_facens_.clear();
    for (auto& [key, canary] : std::exchange(last_facens_, {})) {
        requests.push_back({.lane = canary.lane,
                            .which = {asked_last_facens_.size()},
                            .not_by = key.second.server});
        asked_last_facens_.push_back(canary);
    }
}

const Canary& ModelGuard::canary(const CanaryRequest& request, std::size_t i) const {
    const std::vector<Canary>& among = request.not_by ? asked_last_facens_ : canaries_;
    return among.at(request.which.at(i));
}

CanaryRequest ModelGuard::instead_of(CanaryRequest request) const {
    const std::optional<std::size_t> server = std::exchange(request.server, std::nullopt);
    request.asked = request.telling = 0;  // of the one that is left out
    for (std::size_t i = asked_last_facens_.size(); server && i-- > 0;) {
        const Canary& last = asked_last_facens_[i];
        if (last.lane == request.lane && last.server == server) {
            request.which = {i};
            request.not_by = server;
            break;
        }
    }
    return request;
}

std::optional<CanaryRequest> ModelGuard::answered(const CanaryRequest& request,
                                                  const std::vector<ExtractedFacen>& facens,
                                                  std::size_t by) {
    CanaryRequest again = request;
    again.which.clear();
    std::optional<Error> why;
    bool is_other_facen = false;
    for (std::size_t i = 0; i < request.which.size(); ++i) {
        const ExtractedFacen& facen = facens.at(i);
        const Result<double> norm = comparable(canary(request, i).facen, facen);
        if (norm) {
            compare(request, i, *facen, by);
        } else {
            again.which.push_back(request.which[i]);
            why = norm.error();
            is_other_facen = is_other_facen || is_facen(facen);
        }
    }
    if (!why) {
        conclude_request();
        return std::nullopt;
    }
    return ask_again(std::move(again), *why, by, is_other_facen);
}

std::optional<CanaryRequest> ModelGuard::refused(const CanaryRequest& request, const Error& error,
                                                 std::size_t by) {
    if (request.which.size() > 1) {
        // A batch may be too large for what stands before the service; each is asked alone as well.
        conclude_request();
        return std::nullopt;
    }
    return ask_again(request, error, by, false);
}

void ModelGuard::compare(const CanaryRequest& request, std::size_t i, const Facen& facen,
                         std::size_t by) {
    const Canary& known = canary(request, i);
    const double cosine = facen_cosine(known.facen, facen);
    was_well(request.lane, by);
    if (cosine >= settings_.cosine || doubt_) {
        return;
    }
    bool is_of_another = false;
    for (std::size_t other = 0; other < request.which.size(); ++other) {
        is_of_another = is_of_another || (other != i && facen_cosine(canary(request, other).facen,
                                                                     facen) >= settings_.cosine);
    }
    doubt_ = is_of_another
                 ? fmt::format(
                       "the answers of a batch came in another order than its images "
                       "(record {})",
                       known.id.value)
                 : fmt::format(
                       "the image of record {} was extracted again and gave another facen "
                       "(cosine {:.4f}, at least {} expected)",
                       known.id.value, cosine, settings_.cosine);
    *doubt_ += givers_text(known, by);
}

/// Which of two is the right one nobody here can tell, so both are named.
std::string ModelGuard::givers_text(const Canary& canary, std::size_t by) const {
    if (servers_.size() < 2) {
        return {};
    }
    const std::string first = canary.server ? servers_.at(*canary.server) : "an earlier run";
    return fmt::format("; first by {}, now{}", first, by_text(by));
}

std::optional<CanaryRequest> ModelGuard::ask_again(CanaryRequest request, const Error& error,
                                                   std::size_t by, bool is_other_facen) {
    const auto well = last_well_.find({request.lane, by});
    request.is_silent =
        !is_other_facen && (well == last_well_.end() || well->second <= request.since);
    request.since = seen_;
    request.why = error;
    request.telling += request.is_silent ? 0U : 1U;
    ++request.asked;
    if (request.telling < kTelling) {
        return request;
    }
    if (!doubt_) {
        const Canary& known = canary(request, 0);
        doubt_ = fmt::format("the image of record {} had a facen before and gets none now: {}{}",
                             known.id.value, error.detail(), givers_text(known, by));
    }
    conclude_request();
    return std::nullopt;
}

void ModelGuard::conclude_request() {
    --pending_;
    if (pending_ == 0 && !doubt_) {
        has_passed_ = true;
    }
}

bool ModelGuard::take_passed() {
    if (!std::exchange(has_passed_, false)) {
        return false;
    }
    // What came since the check began has not been asked for yet.
    holds_ = holds_ && known_came_;
    ++checks_passed_;
    return true;
}

bool ModelGuard::take_grown() {
    return std::exchange(saved_, canaries_.size()) != canaries_.size();
}

}  // namespace ffdump

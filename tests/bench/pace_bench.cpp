// SPDX-License-Identifier: Apache-2.0
// Ways to find the number of requests in flight, against each other and in simulated time: a
// service that saturates hard (so many slots) or softly, exact or scattering latencies. Printed is
// the rate as a share of the ceiling (hard) or of the best fixed width (soft), in brackets the
// mean latency over that of one request alone. Start-up, the first 20 s of 120, is not in it.

#include "pace_candidates.hpp"
#include "pace_control.hpp"
#include "support/simulated_service.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace {

using namespace ffdump;
using Service = SimulatedService;

constexpr double kSeconds = 120;
constexpr double kUnmeasured = 20;

Service::Figures measure(const Service::Traits& traits, const Service::Client& client) {
    return Service(traits).run(client, kSeconds, kUnmeasured);
}

template <class Candidate>
Service::Figures figures_of(const Service::Traits& traits) {
    Candidate candidate;
    return measure(
        traits,
        {[&] { return candidate.width(); }, [] { return std::size_t{1}; },
         [&](const Service::Request& request, Service::Outcome outcome, Clock::Instant now) {
             const PaceSample sample{std::chrono::duration<double>(now - request.sent).count(),
                                     request.in_flight, now};
             if (outcome == Service::Outcome::answered) {
                 candidate.answered(sample);
             } else {
                 candidate.faulted(sample);
             }
         }});
}

Service::Figures figures_of_control(const Service::Traits& traits) {
    PaceControl control({.least = 1, .most = 128, .first = 2}, {.least = 1, .most = 1, .first = 1});
    return measure(
        traits,
        {[&] { return control.width(); }, [] { return std::size_t{1}; },
         [&](const Service::Request& request, Service::Outcome outcome, Clock::Instant now) {
             const PacedRequest paced{.sent = request.sent, .in_flight = request.in_flight};
             if (outcome == Service::Outcome::answered) {
                 control.answered(paced, now);
             } else {
                 control.faulted(paced, true, now);
             }
         }});
}

double best_fixed(const Service::Traits& traits) {
    if (traits.saturation == Service::Saturation::hard) {
        return Service(traits).ceiling();
    }
    double best = 0;
    for (const std::size_t share : {1, 2, 3, 4, 6, 8}) {
        const std::size_t width = std::min<std::size_t>(128, traits.slots * share);
        best = std::max(best, measure(traits, {[&] { return width; }, [] { return std::size_t{1}; },
                                               [](const auto&, auto, auto) {}})
                                  .images_per_second);
    }
    return best;
}

void row(Service::Traits traits) {
    const double ceiling = best_fixed(traits);
    fmt::print("{:<5} {:>5} {:>6.0f} {:>8.1f}",
               traits.saturation == Service::Saturation::hard ? "hard" : "soft", traits.slots,
               traits.seconds * 1000, traits.scatter);
    for (const auto& figures : {figures_of_control(traits), figures_of<Gradient2>(traits),
                                figures_of<Aimd>(traits), figures_of<Throttler>(traits)}) {
        fmt::print("  {:>6.1f} % ({:>4.1f})", 100 * figures.images_per_second / ceiling,
                   figures.mean_latency / traits.seconds);
    }
    fmt::print("\n");
}

}  // namespace

int main() {
    fmt::print("{:<5} {:>5} {:>6} {:>8}  {:>15}  {:>15}  {:>15}  {:>15}\n", "kind", "slots", "ms",
               "scatter", "climb", "Gradient2", "AIMD", "Vespa");
    for (const auto saturation : {Service::Saturation::hard, Service::Saturation::soft}) {
        for (const double scatter : {0.0, 0.3}) {
            for (const std::size_t slots : {1, 2, 4, 8, 32}) {
                for (const double seconds : {0.005, 0.02, 0.1}) {
                    row({.saturation = saturation,
                         .slots = slots,
                         .seconds = seconds,
                         .scatter = scatter});
                }
            }
        }
    }
    return 0;
}

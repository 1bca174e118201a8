// SPDX-License-Identifier: Apache-2.0
#include "pace_control.hpp"

#include "support/simulated_service.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {
namespace {

using Service = SimulatedService;

constexpr ClimbRange kOne{1, 1, 1};
constexpr ClimbRange kWidths{1, 128, 2};
constexpr ClimbRange kBatches{4, 64, 8};

Service::Client client_of(PaceControl& control) {
    return {
        [&control] { return control.width(); }, [&control] { return control.batch(); },
        [&control](const Service::Request& request, Service::Outcome outcome, Clock::Instant now) {
            const PacedRequest paced{.sent = request.sent,
                                     .in_flight = request.in_flight,
                                     .images = request.images,
                                     .is_full = request.images == control.batch()};
            if (outcome == Service::Outcome::answered) {
                control.answered(paced, now);
            } else if (outcome == Service::Outcome::overloaded) {
                control.faulted(paced, true, now);
            } else {
                control.too_large(request.images);
            }
        }};
}

Service::Figures run(PaceControl& control, const Service::Traits& traits, double seconds = 60) {
    return Service(traits).run(client_of(control), seconds, seconds / 4);
}

/// Images a second with so many requests in flight, all the time.
double rate_of(std::size_t width, const Service::Traits& traits) {
    PaceControl fixed({width, width, width}, kOne);
    return run(fixed, traits).images_per_second;
}

TEST_CASE("the pace of a service with slots keeps them busy without a long queue") {
    const std::size_t slots = GENERATE(as<std::size_t>{}, 1, 2, 4, 8, 32);
    const double seconds = GENERATE(0.005, 0.02, 0.1);
    CAPTURE(slots, seconds);
    PaceControl control(kWidths, kOne);
    const Service::Traits traits{.slots = slots, .seconds = seconds};
    const Service::Figures figures = run(control, traits);
    CHECK(figures.images_per_second >= 0.97 * Service(traits).ceiling());
    CHECK(figures.mean_latency <= 4 * seconds);
}

TEST_CASE("the pace of a service that saturates softly comes close to the best fixed one") {
    const std::size_t slots = GENERATE(as<std::size_t>{}, 1, 4, 8, 32);
    CAPTURE(slots);
    const Service::Traits traits{
        .saturation = Service::Saturation::soft, .slots = slots, .seconds = 0.02};
    double best = 0;
    for (std::size_t width = slots; width <= std::min<std::size_t>(128, 8 * slots); width *= 2) {
        best = std::max(best, rate_of(width, traits));
    }
    PaceControl control(kWidths, kOne);
    CHECK(run(control, traits).images_per_second >= 0.97 * best);
}

TEST_CASE("the pace is found again when the service becomes faster") {
    PaceControl control(kWidths, kOne);
    Service service({.slots = 2, .seconds = 0.02});
    static_cast<void>(service.run(client_of(control), 20, 0));
    CHECK(control.width() <= 6);
    service.traits().slots = 16;
    const Service::Figures figures = service.run(client_of(control), 60, 30);
    CHECK(figures.images_per_second >= 0.97 * service.ceiling());
}

TEST_CASE("an overloaded service is met with less, and not with a storm") {
    PaceControl control(kWidths, kOne);
    // Four are worked on and two may wait; a seventh gets 503 at once.
    const Service::Traits traits{.slots = 4, .seconds = 0.02, .queue = 2};
    const Service::Figures figures = run(control, traits, 300);
    CHECK(figures.refused * 200 <= figures.requests);
    CHECK(figures.images_per_second >= 0.95 * Service(traits).ceiling());
}

TEST_CASE("one fault without Retry-After changes no pace, many do") {
    PaceControl control({1, 128, 64}, kOne);
    const Clock::Instant sent{std::chrono::seconds(1)};
    const Clock::Instant now = sent + std::chrono::milliseconds(20);
    control.faulted({.sent = sent, .in_flight = 64}, false, now);
    CHECK(control.width() == 64);
    control.faulted({.sent = sent, .in_flight = 64}, false, now);
    control.faulted({.sent = sent, .in_flight = 64}, false, now);
    CHECK(control.width() == 32);
    // Those that were under way then are the same overload.
    for (int i = 0; i < 30; ++i) {
        control.faulted({.sent = sent, .in_flight = 64}, true, now);
    }
    CHECK(control.width() == 32);
    control.faulted({.sent = now, .in_flight = 32}, true, now + std::chrono::seconds(1));
    CHECK(control.width() == 16);
}

TEST_CASE("a fixed pace is kept whatever the service does") {
    PaceControl control({5, 5, 5}, {7, 7, 7});
    const Service::Figures figures =
        run(control, {.slots = 2, .seconds = 0.02, .queue = 1, .most_images = 8});
    CHECK(figures.refused > 0);
    control.too_large(7);
    CHECK(control.width() == 5);
    CHECK(control.batch() == 7);
}

TEST_CASE("an overload ends the trial of a larger batch") {
    const std::size_t least = GENERATE(as<std::size_t>{}, 1, 4);  // width, fixed or not
    PaceControl control({least, 4, 4}, kBatches);
    Clock::Instant now{std::chrono::seconds(1)};
    const auto request = [&] {
        return PacedRequest{.sent = now, .in_flight = control.width(), .images = control.batch()};
    };
    for (int i = 0; i < 100 && control.batch() == 8; ++i) {
        const PacedRequest paced = request();
        now += std::chrono::milliseconds(20);
        control.answered(paced, now);
    }
    REQUIRE(control.batch() == 16);
    control.faulted(request(), true, now);
    CHECK(control.batch() == 8);
}

TEST_CASE("batches stay below what overloads the service") {
    PaceControl control({4, 4, 4}, kBatches);
    Service::Client client = client_of(control);
    client.told = [told = client.told](const Service::Request& request, Service::Outcome outcome,
                                       Clock::Instant now) {
        told(request,
             outcome == Service::Outcome::too_large ? Service::Outcome::overloaded : outcome, now);
    };
    const Service::Figures figures =
        Service({.slots = 4, .seconds = 0.02, .most_images = 20}).run(client, 120, 30);
    CHECK(figures.refused * 10 <= figures.requests);
    CHECK(figures.images_per_second >= 0.7 * 4 * 20 / 0.02);
}

TEST_CASE("a pace never leaves its bounds") {
    PaceControl control({2, 6, 2}, kOne);
    const Service::Figures figures = run(control, {.slots = 32, .seconds = 0.02});
    CHECK(control.width() == 6);
    CHECK(figures.mean_in_flight <= 6);
}

TEST_CASE("batches grow where a request has its price and stay small where images have theirs") {
    PaceControl by_request(kWidths, kBatches);
    static_cast<void>(run(by_request, {.slots = 4, .seconds = 0.02}));
    CHECK(by_request.batch() >= 48);
    PaceControl by_image(kWidths, kBatches);
    const Service::Traits traits{.slots = 4, .seconds = 0.0001, .seconds_per_image = 0.01};
    const Service::Figures figures = run(by_image, traits, 120);
    CHECK(by_image.batch() <= 16);
    CHECK(figures.images_per_second >= 0.97 * 4 / 0.01);
}

TEST_CASE("batches stay below what the service refuses as too large") {
    PaceControl control(kWidths, kBatches);
    const Service::Figures figures = run(control, {.slots = 4, .seconds = 0.02, .most_images = 10});
    CHECK(control.batch() <= 10);
    CHECK(control.batch() >= 4);
    CHECK(figures.refused * 50 <= figures.requests);
}

TEST_CASE("the pace narrows at the first connection that ffdump itself may not have") {
    PaceControl control({1, 128, 8}, kOne);
    const Clock::Instant now{std::chrono::hours(1)};
    control.failed({.sent = now - std::chrono::seconds(1), .in_flight = 8},
                   Error(Reason::out_of_descriptors, "none left"), now);
    CHECK(control.width() < 8);
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "fault_share.hpp"

#include <catch2/catch.hpp>

#include <cmath>

namespace ffdump {
namespace {

constexpr unsigned kLeast = 9;

}  // namespace

TEST_CASE("a request that fails while all others pass is hopeless after the least number") {
    FaultShare share;
    CHECK(share.hopeless_after(kLeast) == kLeast);
    share.add(true);
    CHECK(share.hopeless_after(kLeast) == kLeast);
    for (int i = 0; i < 100; ++i) {
        share.add(false);
    }
    CHECK(share.hopeless_after(kLeast) == kLeast);
}

TEST_CASE("the more requests a service fails by chance the longer one of them is tried") {
    const unsigned failing = GENERATE(30U, 50U, 70U, 90U);
    FaultShare share;
    for (unsigned i = 0; i < 1000; ++i) {
        share.add(i * failing % 100 < failing);
    }
    const double by_chance = std::pow(failing / 100.0, share.hopeless_after(kLeast));
    CAPTURE(failing, share.hopeless_after(kLeast));
    // The window holds 64 of them, so that its share is not quite that of all.
    CHECK(by_chance < 1e-7);
    CHECK(by_chance > 1e-12);
}

TEST_CASE("a service that is well again is not held to what it did before") {
    FaultShare share;
    for (int i = 0; i < 64; ++i) {
        share.add(true);
    }
    CHECK(share.hopeless_after(kLeast) > 500);
    for (int i = 0; i < 64; ++i) {
        share.add(false);
    }
    CHECK(share.hopeless_after(kLeast) == kLeast);
}

}  // namespace ffdump

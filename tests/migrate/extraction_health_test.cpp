// SPDX-License-Identifier: Apache-2.0
#include "extraction_health.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = FailureHold::kInRow;

/// Two servers; one image had a facen, then every record in turn gets none.
class HealthFixture {
 public:
    HealthFixture() {
        guard_.watch_servers({"one", "two"});
        work.fates.resize(kRecords + 1);  // room for one that fails later
        work.block.spans.resize(kRecords + 1);
        work.open = kRecords + 1;
        health.passed(0, std::make_shared<const std::string>("image"), facen);
    }
    /// Half of the records, or all of them, by the second server, the rest by the first.
    void fail_all(std::size_t by_the_first) {
        for (std::uint32_t i = 0; i < kRecords; ++i) {
            const std::size_t server = i < by_the_first ? 0 : 1;
            health.failed(0, {&work, i, 1, server}, Error(Reason::no_face, "no face"));
        }
        REQUIRE(health.holds(0));
    }
    /// The servers that are to be asked.
    std::set<std::size_t> looks() {
        std::set<std::size_t> at;
        for (const ImageBatch& batch : health.looks(now)) {
            CHECK(batch.look);
            at.insert(batch.look_at);
        }
        return at;
    }
    [[nodiscard]] std::size_t booked() const { return work.failed_unwritten; }

    Clock::Instant now{std::chrono::hours(1)};
    Facen facen{1.0F, 0.0F};
    BlockWork work;
    ServiceGate gate{GateFigures{}, Random(1)};

 private:
    ModelGuard guard_{{.images = 0}, 2, Random(1)};

 public:
    ExtractionHealth health{1, gate, guard_, {}, 1e-3};
};

TEST_CASE("the server that failed the records is asked whether it is well, and no other") {
    HealthFixture run;
    run.fail_all(0);
    CHECK(run.looks() == std::set<std::size_t>{1});
    CHECK(run.looks().empty());
    CHECK(run.booked() == 0);
    run.health.looked({0, 1}, run.facen, run.now);
    CHECK(run.booked() == kRecords);
}

TEST_CASE("records that two servers failed are booked when both are well, and not before") {
    HealthFixture run;
    run.fail_all(kRecords / 2);
    CHECK(run.looks() == std::set<std::size_t>{0, 1});
    run.health.looked({0, 0}, run.facen, run.now);
    CHECK(run.booked() == 0);
    run.health.looked({0, 1}, run.facen, run.now);
    CHECK(run.booked() == kRecords);
}

TEST_CASE("a server that fails a record while another is asked is asked itself before a booking") {
    for (const bool is_ill : {false, true}) {
        HealthFixture run;
        run.fail_all(kRecords);
        CHECK(run.looks() == std::set<std::size_t>{0});
        run.health.failed(0, {&run.work, kRecords, 1, 1}, Error(Reason::no_face, "no face"));
        run.health.looked({0, 0}, run.facen, run.now);
        CHECK(run.booked() == 0);
        CHECK(run.looks() == std::set<std::size_t>{1});
        const ExtractedFacen none = failed(Reason::no_face, "no face");
        run.health.looked({0, 1}, is_ill ? none : run.facen, run.now);
        CHECK(run.booked() == (is_ill ? 0 : kRecords + 1));
        CHECK(run.gate.is_open() == is_ill);
    }
}

TEST_CASE("one server that is ill is enough for nothing to be booked, and it is named") {
    for (const std::size_t ill : {0U, 1U}) {
        HealthFixture run;
        run.fail_all(kRecords / 2);
        CHECK(run.looks().size() == 2);
        const ExtractedFacen none = failed(Reason::no_face, "no face");
        run.health.looked({0, 0}, ill == 0 ? none : run.facen, run.now);
        run.health.looked({0, 1}, ill == 1 ? none : run.facen, run.now);
        CHECK(run.booked() == 0);
        CHECK(run.health.holds(0));
        CHECK(run.gate.is_open());
        CHECK(run.gate.last_fault()->detail().ends_with(ill == 0 ? " by one" : " by two"));
        // When it is well again its records are asked for anew.
        run.now += std::chrono::hours(1);
        CHECK(run.looks().size() == 2);
        run.health.looked({0, 0}, run.facen, run.now);
        run.health.looked({0, 1}, run.facen, run.now);
        CHECK(run.health.take_returned().size() == kRecords);
        CHECK(run.booked() == 0);
        CHECK_FALSE(run.gate.is_open());
    }
}

TEST_CASE("records of a server that is gone before it can be asked are asked for again") {
    HealthFixture run;
    run.fail_all(kRecords / 2);
    CHECK(run.looks().size() == 2);
    run.health.looked_in_vain(0, run.now);
    CHECK(run.health.take_returned().empty());
    run.health.looked({0, 0}, run.facen, run.now);
    CHECK(run.health.take_returned().size() == kRecords);
    CHECK(run.booked() == 0);
    CHECK_FALSE(run.health.holds(0));
}

TEST_CASE(
    "a canary without a facen sends a look to its server, and all is asked again if it is good") {
    HealthFixture run;
    run.health.failed(0, {&run.work, 0, 1, 1}, Error(Reason::no_face, "no face"));
    run.health.gave_none(0, 1, std::make_shared<const std::string>("canary"));
    CHECK_FALSE(run.health.is_down());
    CHECK(run.health.wants_look());
    CHECK(run.looks() == std::set<std::size_t>{1});
    run.health.looked({0, 1}, run.facen, run.now);
    CHECK_FALSE(run.health.is_down());
    CHECK(run.health.take_returned().size() == 1);
    CHECK(run.booked() == 0);
}

TEST_CASE("a canary and another image without a facen show a target that is down") {
    HealthFixture run;
    const bool is_batch = GENERATE(false, true);
    if (is_batch) {
        run.health.gave_none_at_all(0, 1, run.now);
    } else {
        run.health.gave_none(0, 1, std::make_shared<const std::string>("canary"));
        CHECK(run.looks() == std::set<std::size_t>{1});
        run.health.looked({0, 1}, failed(Reason::no_face, "no face"), run.now);
    }
    CHECK(run.health.is_down());
    CHECK(run.health.holds(0));
    CHECK(run.health.awaits_facens());
    CHECK(run.gate.is_open());
    CHECK(run.gate.last_fault()->detail() ==
          "an image that had a facen before gets none now by two");
    // It is probed at the gate's pace until it has its facen.
    CHECK(run.looks().empty());
    run.now += std::chrono::hours(1);
    CHECK(run.looks() == std::set<std::size_t>{1});
    run.health.looked({0, 1}, run.facen, run.now);
    CHECK_FALSE(run.health.is_down());
    CHECK_FALSE(run.gate.is_open());
}

TEST_CASE("a good look at one target does not close the breaker while another is down") {
    ServiceGate gate(GateFigures{}, Random(1));
    ModelGuard guard({.images = 0}, 2, Random(1));
    ExtractionHealth health(2, gate, guard, {}, 1e-3);
    const Facen facen{1.0F, 0.0F};
    Clock::Instant now{std::chrono::hours(1)};
    for (const std::size_t lane : {0U, 1U}) {
        health.passed(lane, std::make_shared<const std::string>("image"), facen);
        health.gave_none_at_all(lane, 0, now);
    }
    now += std::chrono::hours(1);
    CHECK(health.looks(now).size() == 2);
    health.looked({0, 0}, facen, now);
    CHECK(gate.is_open());
    CHECK_FALSE(health.holds(0));
    health.looked({1, 0}, facen, now);
    CHECK_FALSE(gate.is_open());
}

TEST_CASE("a look that gets another facen leaves the next word to a check of the model") {
    ServiceGate gate(GateFigures{}, Random(1));
    ModelGuard guard({.images = 1}, 2, Random(1));
    ExtractionHealth health(1, gate, guard, {}, 1e-3);
    const SharedBytes image = std::make_shared<const std::string>("image");
    const Facen facen{1.0F, 0.0F};
    Clock::Instant now{std::chrono::hours(1)};
    health.passed(0, image, facen);
    guard.extracted(0, {1}, image, facen);
    health.gave_none_at_all(0, 0, now);
    now += std::chrono::hours(1);
    CHECK(health.looks(now).size() == 1);
    CHECK(health.awaits_facens());
    const bool is_other_length = GENERATE(false, true);
    health.looked({0, 0}, is_other_length ? Facen{1.0F, 0.0F, 0.0F} : Facen{0.0F, 1.0F}, now);
    CHECK(health.is_down());
    CHECK_FALSE(health.awaits_facens());
    CHECK(guard.is_due(now, false));
    REQUIRE(guard.begin(now).size() == 1);
    now += std::chrono::hours(1);
    CHECK(health.looks(now).empty());
    CHECK_FALSE(health.wants_look());
}

}  // namespace
}  // namespace ffdump

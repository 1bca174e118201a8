// SPDX-License-Identifier: Apache-2.0
#include "failure_hold.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdint>

namespace ffdump {
namespace {

/// As many records as a test needs, one after another.
class HoldFixture {
 public:
    HoldFixture() {
        work.fates.resize(kRecords);
        work.open = kRecords;
    }
    void pass(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            ++next_;
            hold.passed();
        }
    }
    void fail(std::size_t count, Reason reason = Reason::no_face) {
        for (std::size_t i = 0; i < count; ++i) {
            hold.add({&work, next_++, 1}, Error(reason, "why"));
        }
    }
    [[nodiscard]] std::size_t booked() const { return work.failed_unwritten; }

    static constexpr std::size_t kRecords = 2000;
    BlockWork work;
    FailureHold hold;

 private:
    std::uint32_t next_ = 0;
};

TEST_CASE("a failure is held until two hundred records after it went well") {
    HoldFixture run;
    run.pass(5);
    run.fail(1);
    run.pass(199);
    CHECK(run.booked() == 0);
    run.pass(1);
    CHECK(run.booked() == 1);
    CHECK(run.hold.records() == 0);
    CHECK_FALSE(run.hold.is_suspicious());
}

TEST_CASE("twenty failures of one reason one after another are a pattern") {
    HoldFixture run;
    run.pass(50);
    run.fail(19);
    CHECK_FALSE(run.hold.is_suspicious());
    SECTION("a success before the twentieth makes them none") {
        run.pass(1);
        run.fail(19);
        CHECK_FALSE(run.hold.is_suspicious());
    }
    SECTION("a failure of another reason makes them none") {
        run.fail(1, Reason::several_faces);
        run.fail(19);
        CHECK_FALSE(run.hold.is_suspicious());
    }
    SECTION("the twentieth makes them one, and nothing is booked by time") {
        run.fail(1);
        REQUIRE(run.hold.is_suspicious());
        CHECK(run.hold.pattern_text() ==
              "20 records one after another failed alike (no_face: why)");
        run.pass(500);
        CHECK(run.booked() == 0);
        CHECK(run.hold.records() == 20);
    }
}

TEST_CASE("more than half of the last two hundred are a pattern even when mixed with successes") {
    HoldFixture run;
    for (int i = 0; i < 99; ++i) {
        run.fail(1);
        run.pass(1);
    }
    run.fail(1);
    CHECK_FALSE(run.hold.is_suspicious());
    run.pass(1);  // a hundred of two hundred: half, not more
    CHECK_FALSE(run.hold.is_suspicious());
    run.fail(1);  // comes in the place of the first, which had failed as well
    CHECK_FALSE(run.hold.is_suspicious());
    run.fail(1);
    CHECK(run.hold.is_suspicious());
    CHECK(run.booked() == 1);  // the one that had two hundred records after it
}

TEST_CASE("held failures are booked, taken back or settled as the service turns out") {
    HoldFixture run;
    run.fail(20);
    REQUIRE(run.hold.is_suspicious());
    SECTION("booked when it is well, and the next pattern takes twenty again") {
        run.hold.book();
        CHECK(run.booked() == 20);
        run.fail(19);
        CHECK_FALSE(run.hold.is_suspicious());
        run.fail(1);
        CHECK(run.hold.is_suspicious());
    }
    SECTION("taken back when it was not") {
        CHECK(run.hold.take_back().size() == 20);
        CHECK(run.booked() == 0);
        CHECK_FALSE(run.hold.is_suspicious());
    }
    SECTION("not settled by the end of the dump while they are a pattern") {
        run.hold.settle_calm(FailureHold::More::are_none);
        CHECK(run.booked() == 0);
    }
}

TEST_CASE("the end of the dump settles what is no pattern") {
    HoldFixture run;
    SECTION("after a record that went well") {
        run.pass(1);
        run.fail(19);
        run.hold.settle_calm(FailureHold::More::are_none);
        CHECK(run.booked() == 19);
    }
    SECTION("of different reasons") {
        run.fail(18);
        run.fail(1, Reason::several_faces);
        run.hold.settle_calm(FailureHold::More::are_none);
        CHECK(run.booked() == 19);
    }
    SECTION("of less than five records") {
        run.fail(4);
        run.hold.settle_calm(FailureHold::More::are_none);
        CHECK(run.booked() == 4);
    }
}

TEST_CASE("five or more records are a pattern when all of the dump failed alike") {
    HoldFixture run;
    run.fail(5);
    run.hold.settle_calm(FailureHold::More::are_none);
    REQUIRE(run.hold.is_suspicious());
    CHECK(run.hold.pattern_text() == "all 5 records failed alike (no_face: why)");
    run.hold.book();
    CHECK(run.booked() == 5);
    SECTION("and none again once the service was found well") {
        run.fail(5);
        run.hold.settle_calm(FailureHold::More::are_none);
        CHECK(run.booked() == 10);
    }
}

TEST_CASE("five or more records that failed alike are no pattern while there are more to come") {
    HoldFixture run;
    run.fail(5);
    run.hold.settle_calm(FailureHold::More::will_come);
    CHECK_FALSE(run.hold.is_suspicious());
    CHECK(run.booked() == 5);
}

TEST_CASE("five or more records that failed alike are no pattern where others passed before") {
    HoldFixture run;
    run.hold.passed_before();
    run.fail(19);
    run.hold.settle_calm(FailureHold::More::are_none);
    CHECK_FALSE(run.hold.is_suspicious());
    CHECK(run.booked() == 19);
    // That does not make twenty one after another less of a pattern.
    run.fail(20);
    CHECK(run.hold.is_suspicious());
}

TEST_CASE("records that share an image with a held failure wait as well") {
    HoldFixture run;
    run.work.join(0, {&run.work, 100});
    run.work.join(100, {&run.work, 101});
    run.fail(2);
    CHECK(run.hold.records() == 4);
    run.hold.book();
    CHECK(run.hold.records() == 0);
    CHECK(run.booked() == 4);
}

TEST_CASE("failures that the operator accepts are booked at once and are no pattern") {
    HoldFixture run;
    run.hold = FailureHold({Reason::no_face});
    run.fail(50);
    CHECK(run.booked() == 50);
    CHECK_FALSE(run.hold.is_suspicious());
}

}  // namespace
}  // namespace ffdump

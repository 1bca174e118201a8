// SPDX-License-Identifier: Apache-2.0
#include "guarded_run.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>

namespace ffdump {
namespace {

TEST_CASE("the guard asks for its first images alone and in batches, each in both") {
    Guarded run({.images = 6});
    run.extract(0, 5);
    CHECK_FALSE(run.guard.is_due(run.now, false));
    run.extract(5, 20);
    CHECK(run.guard.is_due(run.now, false));
    CHECK(run.guard.canaries().size() == 6);
    std::map<std::size_t, int> alone;
    std::map<std::size_t, int> together;
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        CHECK(request.which.size() <= 4);
        for (const std::size_t canary : request.which) {
            ++(request.which.size() == 1 ? alone : together)[canary];
        }
    }
    CHECK(alone.size() == 6);
    CHECK(together.size() == 6);
    CHECK(run.guard.is_checking());
    CHECK_FALSE(run.guard.is_due(run.now, true));
}

TEST_CASE("the guard takes no image twice and none of more than 1 MiB") {
    Guarded run({.images = 3});
    for (int i = 0; i < 5; ++i) {
        run.extract(1, 1);
    }
    run.guard.extracted(0, {9}, std::make_shared<const std::string>(2U << 20U, 'x'), facen_of(9));
    CHECK(run.guard.canaries().size() == 1);
}

TEST_CASE("a check is due after so many records, after so long, and when files wait") {
    Guarded run({.images = 2, .every_records = 10, .every = std::chrono::minutes(1)});
    run.extract(0, 2);
    REQUIRE(run.check());
    run.extract(2, 9);
    CHECK_FALSE(run.guard.is_due(run.now, false));
    CHECK(run.guard.is_due(run.now, true));
    CHECK(run.guard.is_due(run.now + std::chrono::minutes(1), false));
    run.extract(20, 1);
    CHECK(run.guard.is_due(run.now, false));
    REQUIRE(run.check());
    CHECK_FALSE(run.guard.is_due(run.now + std::chrono::hours(9), false));
    CHECK(run.guard.checks_passed() == 2);
}

TEST_CASE("another model, in one answer of all, puts the run in doubt for good") {
    Guarded run({.images = 4});
    run.extract(0, 4);
    const std::vector<CanaryRequest> requests = run.guard.begin(run.now);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        CHECK_FALSE(run.guard.answered(requests[i], run.answer(requests[i], i == 2 ? 1 : 0)));
    }
    CHECK_FALSE(run.guard.take_passed());
    REQUIRE(run.guard.doubt());
    CHECK(run.guard.doubt()->find("gave another facen (cosine ") != std::string::npos);
    CHECK_FALSE(run.guard.is_due(run.now, true));
}

TEST_CASE("answers in another order than the images are told from another model") {
    Guarded run({.images = 4});
    run.extract(0, 4);
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        std::vector<ExtractedFacen> facens = run.answer(request);
        std::swap(facens.front(), facens.back());
        static_cast<void>(run.guard.answered(request, facens));
    }
    REQUIRE(run.guard.doubt());
    CHECK(run.guard.doubt()->starts_with(
        "the answers of a batch came in another order than its images"));
}

TEST_CASE("the last bits of a facen may differ") {
    Guarded run({.images = 1});
    run.extract(7, 1);
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        Facen facen = facen_of(7);
        facen[0] += 1e-4F;
        CHECK_FALSE(run.guard.answered(request, {facen}));
    }
    CHECK(run.guard.take_passed());
}

TEST_CASE("a facen that differs by more than its last bits is doubt") {
    Guarded run({.images = 1});
    run.extract(7, 1);
    Facen facen = facen_of(7);
    facen[0] += 0.05F;
    REQUIRE(facen_cosine(facen, facen_of(7)) > 0.99);
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        CHECK_FALSE(run.guard.answered(request, {facen}));
    }
    CHECK_FALSE(run.guard.take_passed());
    CHECK(run.guard.doubt());
}

TEST_CASE("a canary without a facen is doubt when others got theirs each time, and not before") {
    const Error no_face(Reason::no_face, "no face");
    for (const bool is_whole : {true, false}) {
        for (const int refusals : {1, 5, 6}) {
            CAPTURE(is_whole, refusals);
            Guarded run({.images = 1});
            run.extract(0, 1);
            std::optional<CanaryRequest> request = run.guard.begin(run.now).at(0);
            for (int i = 0; i < refusals; ++i) {
                REQUIRE(request);
                run.extract(100, 1);
                request = is_whole ? run.guard.refused(*request, no_face)
                                   : run.guard.answered(*request, {failed(no_face)});
                CHECK((!request || !request->is_silent));
            }
            CHECK(request.has_value() == (refusals < 6));
            if (request) {
                CHECK_FALSE(run.guard.answered(*request, run.answer(*request)));
                CHECK(run.guard.take_passed());
            } else {
                REQUIRE(run.guard.doubt());
                CHECK(run.guard.doubt()->ends_with("gets none now: no face"));
            }
        }
    }
}

TEST_CASE("a service that gives nobody a facen is never doubt, however often it is asked") {
    const ExtractedFacen kind = GENERATE(ExtractedFacen(failed(Reason::no_face, "no face")),
                                         ExtractedFacen(Facen(8, 0.0F)));
    Guarded run({.images = 3});
    run.extract(0, 3);
    std::vector<CanaryRequest> requests = run.guard.begin(run.now);
    for (unsigned round = 1; round <= 50; ++round) {
        for (CanaryRequest& request : requests) {
            auto again = run.guard.answered(
                request, std::vector<ExtractedFacen>(request.which.size(), kind));
            REQUIRE(again);
            CHECK(again->is_silent);
            CHECK(again->asked == round);
            request = std::move(*again);
        }
    }
    CHECK_FALSE(run.guard.doubt());
    for (const CanaryRequest& request : requests) {
        CHECK_FALSE(run.guard.answered(request, run.answer(request)));
    }
    CHECK(run.guard.take_passed());
}

TEST_CASE("what another target or another server gives does not tell against a canary") {
    const Error no_face(Reason::no_face, "no face");
    const bool is_other_server = GENERATE(false, true);
    Guarded run({.images = 1});
    run.guard.watch_servers({"one", "two"});
    run.extract_by({1, 0}, 0, 1);
    CanaryRequest request = run.guard.begin(run.now).at(0);
    for (int i = 0; i < 50; ++i) {
        if (is_other_server) {
            run.extract_by({0, 0}, 100, 1);
        } else {
            run.guard.was_well(1, 1);
        }
        const auto again = run.guard.answered(request, {failed(no_face)}, 1);
        REQUIRE(again);
        CHECK(again->is_silent);
        request = *again;
    }
    CHECK_FALSE(run.guard.doubt());
}

TEST_CASE("a batch that is refused as a whole says nothing about the model") {
    Guarded run({.images = 3});
    run.extract(0, 3);
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        if (request.which.size() > 1) {
            CHECK_FALSE(run.guard.refused(request, Error(Reason::extraction_rejected, "413")));
        } else {
            CHECK_FALSE(run.guard.answered(request, run.answer(request)));
        }
    }
    CHECK(run.guard.take_passed());
}

TEST_CASE("a facen of another length is of another model when it comes again and again") {
    Guarded run({.images = 1});
    run.extract(0, 1);
    std::optional<CanaryRequest> request = run.guard.begin(run.now).at(0);
    for (int i = 0; i < 6; ++i) {
        REQUIRE(request);
        CHECK_FALSE(run.guard.doubt());
        request = run.guard.answered(*request, {Facen{1.0F, 0.0F}});
    }
    CHECK_FALSE(request);
    REQUIRE(run.guard.doubt());
    CHECK(run.guard.doubt()->find("2 floats in place of 8") != std::string::npos);
}

TEST_CASE("canaries of an earlier process hold everything until they have passed") {
    Guarded run({.images = 2});
    CHECK_FALSE(run.guard.holds());
    run.guard.take_over({{0, {3}, image(3), facen_of(3)}});
    CHECK_FALSE(run.guard.knows_all());
    CHECK(run.guard.holds());
    CHECK(run.guard.is_due(run.now, false));
    CHECK(run.check());
    CHECK_FALSE(run.guard.holds());
    CHECK_FALSE(run.guard.take_grown());
    run.extract(4, 1);
    CHECK(run.guard.take_grown());
}

TEST_CASE("each extraction target has canaries of its own") {
    Guarded run({.images = 2});
    run.extract(0, 2, 0);
    run.extract(10, 2, 1);
    std::set<std::size_t> lanes;
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        lanes.insert(request.lane);
        for (const std::size_t canary : request.which) {
            CHECK(run.guard.canaries()[canary].lane == request.lane);
        }
    }
    CHECK(lanes == std::set<std::size_t>{0, 1});
}

TEST_CASE("without canaries a check passes at once, and switched off none is due") {
    Guarded none({.images = 2});
    CHECK(none.guard.begin(none.now).empty());
    CHECK(none.guard.take_passed());
    Guarded off({.images = 0});
    off.extract(0, 5);
    CHECK_FALSE(off.guard.is_on());
    CHECK_FALSE(off.guard.is_due(off.now, true));
    CHECK(off.guard.canaries().empty());
}

TEST_CASE("a service that gives every image the same facen is doubt") {
    Guarded run({.images = 4});
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK_FALSE(run.guard.doubt());
        run.guard.extracted(0, {i}, image(i), facen_of(7));
    }
    REQUIRE(run.guard.doubt());
    CHECK(*run.guard.doubt() == "4 different images got one and the same facen");
}

TEST_CASE("the first batches of a run carry a sentinel each, later ones now and then") {
    Guarded run({.images = 2, .sentinel_every = 10, .watched_batches = 50});
    CHECK_FALSE(run.guard.sentinel_for(0));  // there is no canary yet
    run.extract(0, 2);
    for (int i = 0; i < 50; ++i) {
        CHECK(run.guard.sentinel_for(0));
    }
    int later = 0;
    for (int i = 0; i < 1000; ++i) {
        later += run.guard.sentinel_for(0) ? 1 : 0;
    }
    CHECK(later == 100);
    CHECK_FALSE(run.guard.sentinel_for(1));  // another target has canaries of its own
}

TEST_CASE("no batch carries a sentinel where that is switched off or it has no room") {
    Guarded off({.images = 2, .sentinel_every = 0});
    off.extract(0, 2);
    CHECK_FALSE(off.guard.sentinel_for(0));
    Guarded alone({.images = 2, .sentinel_every = 1}, 1);
    alone.extract(0, 2);
    CHECK_FALSE(alone.guard.sentinel_for(0));
}

TEST_CASE("with the first facen of an earlier run nothing is used before a check has passed") {
    Guarded run({.images = 2});
    CHECK_FALSE(run.guard.is_unproven());
    run.guard.known(0, {1}, image(1), facen_of(1));
    CHECK(run.guard.is_unproven());
    CHECK(run.guard.holds());
    CHECK(run.guard.is_due(run.now, false));
    SECTION("it passes") {
        CHECK(run.check());
        CHECK_FALSE(run.guard.holds());
        run.guard.known(0, {2}, image(2), facen_of(2));
        CHECK_FALSE(run.guard.holds());
    }
    SECTION("another target's first one comes while it is under way") {
        const std::vector<CanaryRequest> requests = run.guard.begin(run.now);
        run.guard.known(1, {9}, image(9), facen_of(9));
        for (const CanaryRequest& request : requests) {
            static_cast<void>(run.guard.answered(request, {facen_of(1)}));
        }
        CHECK(run.guard.take_passed());
        CHECK(run.guard.holds());
        CHECK(run.check());
        CHECK_FALSE(run.guard.holds());
    }
}

TEST_CASE("the first facen of an earlier run is a canary in any case") {
    Guarded run({.images = 2});
    CHECK(run.guard.knows_all());
    run.extract(0, 2);
    CHECK(run.check());
    CHECK_FALSE(run.guard.wants(0));
    CHECK(run.guard.wants_known(0));
    CHECK_FALSE(run.guard.knows_all());
    SECTION("however many there are of this run") {
        run.guard.known(0, {5}, image(5), facen_of(5));
        CHECK(run.guard.canaries().size() == 3);
        CHECK(run.guard.is_unproven());
        CHECK_FALSE(run.check(1));
        CHECK(run.guard.doubt());
    }
    SECTION("however large it is, within reason") {
        const SharedBytes huge = std::make_shared<const std::string>(17U << 20U, 'y');
        run.guard.known(0, {4}, huge, facen_of(4));
        CHECK_FALSE(run.guard.knows(0));
        const SharedBytes large = std::make_shared<const std::string>(15U << 20U, 'x');
        run.guard.known(0, {5}, large, facen_of(5));
        CHECK(run.guard.canaries().size() == 3);
    }
    SECTION("unless this run has extracted the very image itself, and got the same") {
        run.guard.known(0, {1}, image(1), facen_of(1));
        CHECK(run.guard.canaries().size() == 2);
        CHECK_FALSE(run.guard.doubt());
    }
    SECTION("and got another") {
        run.guard.known(0, {1}, image(1), facen_of(1, 1));
        REQUIRE(run.guard.doubt());
        CHECK(run.guard.doubt()->find("of record 1 had another facen in the run before") !=
              std::string::npos);
    }
    CHECK_FALSE(run.guard.wants_known(0));
    CHECK(run.guard.knows_all());
}

TEST_CASE("a retry that is taken up knows which targets were held against the run before") {
    Guarded run({.images = 2});
    run.guard.take_over({{0, {1}, image(1), facen_of(1)}, {1, {2}, image(2), facen_of(2)}}, 1);
    CHECK(run.guard.knows(0));
    CHECK_FALSE(run.guard.knows(1));
    CHECK_FALSE(run.guard.knows_all());
}

TEST_CASE("a large image is a canary where there is no other") {
    Guarded run({.images = 2});
    const SharedBytes large = std::make_shared<const std::string>(2U << 20U, 'x');
    const SharedBytes larger = std::make_shared<const std::string>(3U << 20U, 'x');
    run.guard.extracted(0, {1}, large, facen_of(1));
    run.guard.extracted(0, {2}, larger, facen_of(2));
    CHECK(run.guard.canaries().size() == 1);
}

TEST_CASE("a sentinel with another facen is doubt at once") {
    Guarded run({.images = 2});
    run.extract(0, 2);
    const std::size_t canary = run.guard.sentinel_for(0).value();
    CHECK(run.guard.judge_sentinel(canary, facen_of(canary)) == ModelGuard::Sentinel::same);
    CHECK_FALSE(run.guard.doubt());
    CHECK(run.guard.judge_sentinel(canary, facen_of(canary, 1)) == ModelGuard::Sentinel::another);
    CHECK(run.guard.doubt());
}

TEST_CASE("a sentinel without a facen makes a check due and is no doubt by itself") {
    Guarded run({.images = 2});
    run.extract(0, 2);
    REQUIRE(run.check());
    const std::size_t canary = run.guard.sentinel_for(0).value();
    CHECK_FALSE(run.guard.is_due(run.now, false));
    CHECK(run.guard.judge_sentinel(canary, failed(Reason::no_face, "none")) ==
          ModelGuard::Sentinel::none);
    CHECK(run.guard.judge_sentinel(canary, Facen(8, 0.0F)) == ModelGuard::Sentinel::none);
    CHECK(run.guard.is_due(run.now, false));
    CHECK_FALSE(run.guard.doubt());
}

}  // namespace
}  // namespace ffdump

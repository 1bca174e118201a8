// SPDX-License-Identifier: Apache-2.0
#include "guarded_run.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <set>

namespace ffdump {
namespace {

TEST_CASE("a check meets every server, and names the one that gives another facen") {
    Guarded run({.images = 2});
    run.guard.watch_servers({"one", "two", "three"});
    run.extract(0, 2);
    std::set<std::size_t> met;
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        if (request.server) {
            met.insert(*request.server);
        }
        const double model = request.server == 2U ? 1 : 0;
        static_cast<void>(
            run.guard.answered(request, run.answer(request, model), request.server.value_or(0)));
    }
    CHECK(met == std::set<std::size_t>{0, 1, 2});
    REQUIRE(run.guard.doubt());
    CHECK(run.guard.doubt()->ends_with("; first by one, now by three"));
}

TEST_CASE("each server's last facen is asked of another, and doubt about it names both") {
    Guarded run({.images = 1});
    run.guard.watch_servers({"one", "two"});
    run.extract(0, 1);
    run.extract_by({1, 0}, 10, 2);
    std::map<std::size_t, std::size_t> last;  // of server: record
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        if (request.not_by) {
            last[*request.not_by] = run.guard.canary(request, 0).id.value;
        }
        const std::size_t by = request.not_by ? 1 - *request.not_by : request.server.value_or(0);
        const double model = request.not_by == 1U ? 1 : 0;
        CHECK_FALSE(run.guard.answered(request, run.answer(request, model), by));
    }
    CHECK(last == std::map<std::size_t, std::size_t>{{0, 0}, {1, 11}});
    CHECK_FALSE(run.guard.take_passed());
    REQUIRE(run.guard.doubt());
    CHECK(run.guard.doubt()->find("the image of record 11 was extracted again") !=
          std::string::npos);
    CHECK(run.guard.doubt()->ends_with("; first by two, now by one"));
}

TEST_CASE("what a server gave before it came back is asked as well as what it gave since") {
    Guarded run({.images = 1});
    run.guard.watch_servers({"one", "two"});
    run.extract(0, 1);
    run.extract_by({1, 0}, 10, 2);
    run.extract_by({1, 1}, 20, 2);
    std::set<std::size_t> asked;
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        if (request.not_by == 1U) {
            asked.insert(run.guard.canary(request, 0).id.value);
        }
        CHECK_FALSE(run.guard.answered(request, run.answer(request)));
    }
    CHECK(asked == std::set<std::size_t>{11, 21});
    CHECK(run.guard.take_passed());
    // They are vouched for now.
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        CHECK_FALSE(request.not_by);
    }
}

TEST_CASE("in place of a server that is left out others are asked for its last facen") {
    Guarded run({.images = 1});
    run.guard.watch_servers({"one", "two", "three"});
    run.extract(0, 1);
    run.extract_by({1, 0}, 10, 1);
    run.extract_by({1, 2}, 20, 1);
    for (const CanaryRequest& request : run.guard.begin(run.now)) {
        if (!request.server) {
            continue;
        }
        const CanaryRequest instead = run.guard.instead_of(request);
        CHECK_FALSE(instead.server);
        const std::size_t record = run.guard.canary(instead, 0).id.value;
        if (request.server == 2U) {
            CHECK_FALSE(instead.not_by);  // it gave none
            CHECK(record == 0);
        } else {
            CHECK(instead.not_by == request.server);
            CHECK(record == (request.server == 1U ? 20 : 0));
        }
    }
}

TEST_CASE("nothing more is extracted when servers come and go too often between two checks") {
    Guarded run({.images = 1});
    run.guard.watch_servers({"one", "two"});
    run.extract(0, 1);
    REQUIRE(run.check());
    std::size_t stays = 0;
    while (!run.guard.holds() && stays < 1000) {
        run.extract_by({1, stays}, stays, 1);
        ++stays;
    }
    CHECK(stays == 17);
    CHECK(run.guard.is_due(run.now, false));
    CHECK(run.check());
    CHECK_FALSE(run.guard.holds());
}

TEST_CASE("images too large for canaries hold nothing up where there are several servers") {
    Guarded run({.images = 2});
    run.guard.watch_servers({"one", "two"});
    const SharedBytes large = std::make_shared<const std::string>(2U << 20U, 'x');
    for (std::size_t i = 0; i < 100; ++i) {
        run.guard.extracted(i % 3, {i}, large, facen_of(i), {i % 2, 0});
    }
    CHECK_FALSE(run.guard.holds());
    CHECK_FALSE(run.guard.is_due(run.now, false));
    // By both servers for the one of each target, and for the last of each.
    CHECK(run.guard.begin(run.now).size() == 12);
}

TEST_CASE("when a server comes back a check is due and batches carry canaries again") {
    Guarded run({.images = 2, .sentinel_every = 1000, .watched_batches = 64});
    run.extract(0, 2);
    CHECK(run.check());
    for (int batch = 0; batch < 100; ++batch) {
        static_cast<void>(run.guard.sentinel_for(0));
    }
    CHECK_FALSE(run.guard.sentinel_for(0));
    CHECK_FALSE(run.guard.is_due(run.now, false));
    run.guard.watch_anew();
    CHECK(run.guard.sentinel_for(0));
    CHECK(run.guard.is_due(run.now, false));
}

}  // namespace
}  // namespace ffdump

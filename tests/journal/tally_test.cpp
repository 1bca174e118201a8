// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/tally.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

Tally balanced() {
    Tally tally;
    tally.source = {.count = 6, .ids = {60, 1}, .rest = {600, 2}, .vec = {}};
    tally.target = {.count = 3, .ids = {30, 0}, .rest = {300, 1}, .vec = {7, 7}};
    tally.failed = {.count = 2, .ids = {20, 1}, .rest = {200, 1}, .vec = {}};
    tally.excluded = {.count = 1, .ids = {10, 0}, .rest = {100, 0}, .vec = {}};
    return tally;
}

TEST_CASE("the law holds when source is target and failed and excluded") {
    CHECK(balanced().law_holds());
    CHECK(Tally().law_holds());
}

TEST_CASE("the law is broken by one count, id or byte on any side") {
    for (RecordSums Tally::* side :
         {&Tally::source, &Tally::target, &Tally::failed, &Tally::excluded}) {
        Tally tally = balanced();
        (tally.*side).count += 1;
        CHECK_FALSE(tally.law_holds());
        tally = balanced();
        (tally.*side).ids += Sum128{1, 0};
        CHECK_FALSE(tally.law_holds());
        tally = balanced();
        (tally.*side).rest += Sum128{0, 1};
        CHECK_FALSE(tally.law_holds());
    }
}

TEST_CASE("the law says nothing of facens, which are new in the target") {
    Tally tally = balanced();
    tally.target.vec = {1, 2};
    tally.source.vec = {3, 4};
    CHECK(tally.law_holds());
}

}  // namespace
}  // namespace ffdump

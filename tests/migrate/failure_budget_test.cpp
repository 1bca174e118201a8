// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/migration.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("failure budget of records is exceeded by one more") {
    const FailureBudget budget = parse_failure_budget("2").value();
    CHECK_FALSE(budget.is_exceeded(2, 2));
    CHECK(budget.is_exceeded(3, 3));
    CHECK(parse_failure_budget("0").value().is_exceeded(1, 1));
}

TEST_CASE("failure budget of a share waits until enough records are through") {
    const FailureBudget budget = parse_failure_budget("2.5%").value();
    CHECK_FALSE(budget.is_exceeded(199, 199));
    CHECK_FALSE(budget.is_exceeded(5, 200));
    CHECK(budget.is_exceeded(6, 200));
}

TEST_CASE("failure budget refuses what is neither a number nor a share") {
    for (const char* const text :
         {"", "%", "x", "-1", "1.5", "101%", "-1%", "nan%", "5 %", "5%%"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_failure_budget(text).has_value());
    }
}

TEST_CASE("no failure budget is never exceeded") {
    CHECK_FALSE(FailureBudget{}.is_exceeded(1000000, 1000000));
}

}  // namespace
}  // namespace ffdump

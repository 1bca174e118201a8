// SPDX-License-Identifier: Apache-2.0
#include "retry_budget.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("retries are a tenth of the requests at most, after the first ten") {
    RetryBudget budget(0.1);
    int retries = 0;
    for (int request = 0; request < 1000; ++request) {
        budget.sent();
        while (budget.may_retry(false)) {
            budget.sent_again();
            ++retries;
        }
    }
    CHECK(retries >= 100);
    CHECK(retries <= 110);
}

TEST_CASE("a retry while nothing else is in flight needs no budget") {
    RetryBudget budget(0.1);
    for (int i = 0; i < 20; ++i) {
        budget.sent_again();
    }
    CHECK_FALSE(budget.may_retry(false));
    CHECK(budget.may_retry(true));
}

}  // namespace
}  // namespace ffdump

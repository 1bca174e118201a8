// SPDX-License-Identifier: Apache-2.0
#include "record_pairs.hpp"

#include <catch2/catch.hpp>

namespace ffdump {

TEST_CASE("facen texts are the same when they spell the same bytes") {
    CHECK(is_same_facen_text("", ""));
    CHECK(is_same_facen_text("ab/+", "ab/+"));
    CHECK(is_same_facen_text("ab\\/+", "ab/+"));
    CHECK(is_same_facen_text("ab/+", "ab\\/+"));
    CHECK(is_same_facen_text("\\u0061b/+", "ab\\/+"));
    CHECK(is_same_facen_text("/", "\\/"));
    CHECK_FALSE(is_same_facen_text("ab/+", "ab/-"));
    CHECK_FALSE(is_same_facen_text("ab/+", "ab/"));
    CHECK_FALSE(is_same_facen_text("ab/", "ab/+"));
    CHECK_FALSE(is_same_facen_text("\\u0062b/+", "ab/+"));
    CHECK_FALSE(is_same_facen_text("", "a"));
    CHECK_FALSE(is_same_facen_text("ab\\", "ab"));
}

}  // namespace ffdump

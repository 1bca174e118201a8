// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/running_hash.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

TEST_CASE("running hash does not depend on how the bytes are cut") {
    const std::string bytes(100000, 'x');
    RunningHash whole;
    whole.add(bytes);
    RunningHash pieces;
    for (std::size_t i = 0; i < bytes.size(); i += 777) {
        pieces.add(std::string_view(bytes).substr(i, 777));
    }
    CHECK(whole.value() == pieces.value());
    pieces.add("y");
    CHECK_FALSE(whole.value() == pieces.value());
    pieces.reset();
    pieces.add(bytes);
    CHECK(whole.value() == pieces.value());
}

// Expected value: xxhsum -H2 of an empty file.
TEST_CASE("running hash of nothing is that of XXH3-128") {
    CHECK(RunningHash().value().hex() == "99aa06d3014798d86001c324468d497f");
}

}  // namespace
}  // namespace ffdump

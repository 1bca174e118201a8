// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/record_sums.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

constexpr std::uint64_t kTop = ~std::uint64_t{0};

Sum128 rest_of(RecordDigester& digester, std::uint64_t id, std::vector<std::string_view> pieces) {
    return digester.rest(RecordId{id}, pieces);
}

TEST_CASE("sum of 128 bits carries, borrows and wraps") {
    Sum128 sum{kTop, 0};
    sum += Sum128{1, 0};
    CHECK(sum == Sum128{0, 1});
    sum -= Sum128{1, 0};
    CHECK(sum == Sum128{kTop, 0});
    CHECK(Sum128{kTop, kTop} + Sum128{1, 0} == Sum128{0, 0});
}

TEST_CASE("sum of 128 bits goes through hex and refuses other text") {
    const Sum128 sum{0x1122334455667788U, 0x99AABBCCDDEEFF00U};
    CHECK(sum.hex() == "99aabbccddeeff001122334455667788");
    CHECK(Sum128::from_hex(sum.hex()) == sum);
    for (const char* text :
         {"", "99aabbccddeeff00112233445566778", "99AABBCCDDEEFF001122334455667788",
          "g9aabbccddeeff001122334455667788", "+9aabbccddeeff001122334455667788"}) {
        CAPTURE(text);
        CHECK_FALSE(Sum128::from_hex(text).has_value());
    }
}

TEST_CASE("record sums do not depend on the order and see a doubled record") {
    RecordDigester digester("ffsec_face_events");
    const auto of = [&digester](std::uint64_t id) {
        return RecordSums{1, digester.ids(RecordId{id}), rest_of(digester, id, {"a", "b"}), {}};
    };
    RecordSums forward;
    RecordSums backward;
    for (std::uint64_t id = 0; id < 100; ++id) {
        forward += of(id);
        backward += of(99 - id);
    }
    CHECK(forward == backward);
    RecordSums doubled = forward;
    doubled += of(7);
    doubled += of(7);
    CHECK_FALSE(doubled == forward);
    CHECK_FALSE(doubled.ids == forward.ids);
    doubled -= of(7);
    doubled -= of(7);
    CHECK(doubled == forward);
}

TEST_CASE("record digests differ when anything that they cover differs") {
    RecordDigester digester("g");
    RecordDigester other("h");
    const Sum128 base = rest_of(digester, 1, {"ab", "cd"});
    CHECK_FALSE(base == rest_of(digester, 2, {"ab", "cd"}));
    CHECK_FALSE(base == rest_of(other, 1, {"ab", "cd"}));
    CHECK_FALSE(base == rest_of(digester, 1, {"ab", "ce"}));
    CHECK_FALSE(base == rest_of(digester, 1, {"abc", "d"}));
    CHECK_FALSE(base == rest_of(digester, 1, {"abcd"}));
    CHECK_FALSE(digester.ids(RecordId{1}) == digester.ids(RecordId{256}));
    CHECK_FALSE(digester.ids(RecordId{1}) == other.ids(RecordId{1}));
    const std::array<float, 2> facen{0.6F, 0.8F};
    const std::array<float, 2> swapped{0.8F, 0.6F};
    CHECK_FALSE(digester.vec(RecordId{1}, facen) == digester.vec(RecordId{1}, swapped));
    CHECK_FALSE(digester.vec(RecordId{1}, facen) == digester.vec(RecordId{2}, facen));
    CHECK_FALSE(digester.bad("x") == digester.bad("y"));
}

// Expected values: xxhsum -H2 over the bytes that the header describes.
TEST_CASE("record digests keep their values from version to version") {
    RecordDigester digester("ffsec_face_events");
    CHECK(digester.ids(RecordId{kTop}).hex() == "6882add5ecc44f5edba96c5e8a1ef6dc");
    CHECK(rest_of(digester, kTop, {"{\"facen\":\"", "\"}"}).hex() ==
          "55c9ccd0b487a80fd3bd6a702e6573a6");
    const std::array<float, 2> facen{0.6F, 0.8F};
    CHECK(digester.vec(RecordId{kTop}, facen).hex() == "8757dc9f97d021e31a4e9e5864cbf397");
    CHECK(digester.bad("{").hex() == "fe7953851476658addcd8a26ca846acb");
}

}  // namespace
}  // namespace ffdump

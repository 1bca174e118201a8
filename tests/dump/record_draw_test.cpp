// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_draw.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace ffdump {
namespace {

std::vector<std::uint64_t> draw(const std::vector<std::uint64_t>& ids, const char* size,
                                std::uint64_t seed, std::size_t most = 1'000'000) {
    const DrawOrder order(seed, "faces");
    RecordDraw sample(DrawSize::parse(size).value(), most);
    for (const std::uint64_t id : ids) {
        if (const std::uint64_t rank = order.rank(RecordId{id}); sample.wants(rank)) {
            sample.add({RecordId{id}, rank, {}, {}});
        }
    }
    std::vector<std::uint64_t> drawn;
    for (const DrawnRecord& record : sample.take()) {
        drawn.push_back(record.id.value);
    }
    return drawn;
}

std::vector<std::uint64_t> ids_up_to(std::uint64_t count) {
    std::vector<std::uint64_t> ids(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        ids[i] = i;
    }
    return ids;
}

}  // namespace

TEST_CASE("a draw of a number keeps just so many, or all there are") {
    CHECK(draw(ids_up_to(1000), "100", 1).size() == 100);
    CHECK(draw(ids_up_to(30), "100", 1).size() == 30);
    CHECK(draw({}, "100", 1).empty());
}

TEST_CASE("a draw of a share keeps about that share") {
    CHECK(draw(ids_up_to(1000), "100%", 1).size() == 1000);
    const auto tenth = static_cast<double>(draw(ids_up_to(100'000), "10%", 1).size());
    CHECK(std::abs(tenth - 10'000) < 5 * std::sqrt(9000.0));
}

TEST_CASE("a draw does not depend on the order of the records, but on the seed") {
    std::vector<std::uint64_t> ids = ids_up_to(5000);
    const auto first = draw(ids, "50", 3);
    std::ranges::reverse(ids);
    CHECK(draw(ids, "50", 3) == first);
    CHECK(draw(ids, "50", 4) != first);
}

TEST_CASE("every record is drawn as often as another") {
    std::vector<unsigned> times(100);
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        for (const std::uint64_t id : draw(ids_up_to(100), "10", seed)) {
            ++times[id];
        }
    }
    // 200 each on average, with a deviation of 13.4.
    for (const unsigned count : times) {
        CHECK(count > 130);
        CHECK(count < 270);
    }
}

TEST_CASE("of a share no more is kept than memory is meant for") {
    CHECK(draw(ids_up_to(11), "100%", 1, 10).size() == 10);
}

TEST_CASE("the size of a draw is a number or a share and nothing else") {
    CHECK(DrawSize::parse("1")->records == 1);
    CHECK(DrawSize::parse("0.5%")->percent == 0.5);
    for (const char* const text : {"", "0", "-1", "1.5", "0%", "-1%", "100.1%", "%", "nan%", "1 ",
                                   "1k", "99999999999999999999", "1e400%"}) {
        CAPTURE(text);
        CHECK_FALSE(DrawSize::parse(text));
    }
}

}  // namespace ffdump

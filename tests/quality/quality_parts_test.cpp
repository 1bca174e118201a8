// SPDX-License-Identifier: Apache-2.0
#include "group_draw.hpp"
#include "group_scores.hpp"
#include "neighbours.hpp"
#include "pair_counts.hpp"
#include "unit_rows.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>

namespace ffdump {
namespace {

UnitRows random_rows(std::size_t count, std::size_t columns) {
    std::mt19937 random(7);
    std::normal_distribution<float> value;
    UnitRows rows(columns);
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<float> facen(columns);
        for (float& x : facen) {
            x = value(random);
        }
        rows.add(facen);
    }
    return rows;
}

}  // namespace

TEST_CASE("similarities of any number of rows are those of the rows two by two") {
    // Below, at and beyond the edge of a block.
    const std::size_t count = GENERATE(1U, 127U, 128U, 129U, 300U);
    const UnitRows rows = random_rows(count, 17);
    std::size_t next = 0;
    double worst = 0;
    CHECK(for_each_similarity_row(rows, [&](std::size_t row, std::span<const float> similar) {
        CHECK(row == next++);
        for (std::size_t i = 0; i < count; ++i) {
            const double cosine =
                facen_cosine({rows.data() + (row * 17), 17}, {rows.data() + (i * 17), 17});
            worst = std::max(worst, std::abs(cosine - similar[i]));
        }
        return similar.size() == count;
    }));
    CHECK(next == count);
    CHECK(worst < 1e-5);
}

TEST_CASE("the nearest neighbours leave the record itself out, and ties are settled") {
    Neighbours neighbours(3);
    neighbours.add(1, std::array{0.5F, 1.0F, 0.5F});
    REQUIRE(neighbours.of(1).size() == 2);
    CHECK(neighbours.of(1)[0] == 0);
    CHECK(neighbours.of(1)[1] == 2);
    const std::array<std::uint32_t, 3> a{1, 2, 3};
    const std::array<std::uint32_t, 3> b{3, 2, 9};
    CHECK(shared_neighbours(a, b, 1) == 0);
    CHECK(shared_neighbours(a, b, 2) == 1);
    CHECK(shared_neighbours(a, b, 10) == 2);
}

TEST_CASE("counted pairs give shares, thresholds and chances") {
    PairCounts low;
    PairCounts high;
    for (int i = 0; i < 100; ++i) {
        low.add(i / 1000.0);
        high.add(0.5 + (i / 1000.0));
    }
    CHECK(high.chance_above(low) == 1);
    CHECK(low.chance_above(high) == 0);
    CHECK(low.chance_above(low) == Approx(0.5));
    CHECK(low.share_from(0.05) == Approx(0.5).margin(0.011));
    CHECK(low.threshold_for(0.1) == Approx(0.0895).margin(1e-3));
    CHECK(low.share_from(low.threshold_for(0.1)) <= 0.1);
    CHECK(low.threshold_for(1) == -1);
    PairCounts extreme;
    extreme.add(1.0000001);
    extreme.add(-1.0000001);
    CHECK(extreme.total() == 2);
    CHECK(extreme.share_from(1) == Approx(0.5));
}

TEST_CASE("one wrong member of three makes neither of the others look wrong") {
    const std::vector<GroupRange> groups{{0, 3}, {3, 6}, {6, 9}, {9, 10}};
    using Row = std::array<float, 10>;
    GroupScores scores(groups);
    scores.add(0, 0, Row{1, 0.9F, -0.1F, 0, 0, 0, 0, 0, 0, 0.95F});
    scores.add(1, 0, Row{0.9F, 1, -0.1F, 0, 0, 0, 0, 0, 0, 0});
    scores.add(2, 0, Row{-0.1F, -0.1F, 1, 0, 0, 0, 0.8F, 0.8F, 0.8F, 0});
    for (std::size_t i = 3; i < 6; ++i) {
        scores.add(i, 1, Row{0, 0, 0, 0.9F, 0.9F, 0.9F, 0, 0, 0, 0});
    }
    for (std::size_t i = 6; i < 9; ++i) {
        scores.add(i, 2, Row{0, 0, 0.8F, 0, 0, 0, 0.9F, 0.9F, 0.9F, 0});
    }
    scores.add(9, 3, Row{0.95F, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    CHECK(scores.of(0).own == Approx(0.9));
    CHECK(scores.of(0).nearest == Approx(0).margin(1e-9));
    CHECK(scores.of(2).own == Approx(-0.1));
    CHECK(scores.of(2).resembles == 6);
    CHECK(scores.of(2).nearest == Approx(0.8));
    CHECK(scores.border() == Approx(0.45));
}

TEST_CASE("a draw of groups keeps whole ones, no more than wanted, in any order of records") {
    const DrawOrder order(5, "faces");
    const auto draw = [&](std::size_t most, std::uint64_t step) {
        GroupDraw sample(most);
        for (std::uint64_t i = 0; i < 1001; ++i) {
            const std::uint64_t id = i * step % 1001;
            const std::uint64_t group = order.rank(std::to_string(id % 91));
            if (const std::uint64_t rank = order.rank(RecordId{id}); sample.wants(group, rank)) {
                sample.add(group, {RecordId{id}, rank, {}, {}});
            }
        }
        std::vector<std::vector<std::uint64_t>> groups;
        for (const auto& members : sample.take()) {
            groups.emplace_back();
            for (const DrawnRecord& record : members) {
                groups.back().push_back(record.id.value);
            }
        }
        return groups;
    };
    const auto groups = draw(100, 1);
    CHECK(groups.size() == 9);
    for (const auto& members : groups) {
        CHECK(members.size() == 11);
    }
    CHECK(draw(100, 10) == groups);
    CHECK(draw(5, 1).size() == 1);
}

TEST_CASE("of a group larger than can be kept a part is drawn") {
    const DrawOrder order(5, "faces");
    GroupDraw sample(1000);
    for (std::uint64_t id = 0; id < 500; ++id) {
        if (const std::uint64_t rank = order.rank(RecordId{id}); sample.wants(1, rank)) {
            sample.add(1, {RecordId{id}, rank, {}, {}});
        }
    }
    const auto groups = sample.take();
    REQUIRE(groups.size() == 1);
    CHECK(groups.front().size() == GroupDraw::kMostOfGroup);
}

}  // namespace ffdump

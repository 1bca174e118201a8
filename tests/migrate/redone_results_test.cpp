// SPDX-License-Identifier: Apache-2.0
#include "redone_results.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr const char* kRun = "0123456789abcdef0123456789abcdef";

Facen facen_of(std::uint64_t number) {
    return {static_cast<float>(number + 1), 0.0F};
}

/// What a process left in its redo log, and what the next one makes of it.
struct LeftResults {
    void leave(std::uint32_t file, std::uint64_t ordinal, std::uint64_t facen) const {
        log->add({file, ordinal}, ordinal, "i", facen_of(facen));
        REQUIRE(log->write());
    }
    void load(const std::vector<std::uint64_t>& ordinals) { REQUIRE(redone.load(ordinals)); }
    [[nodiscard]] std::vector<std::uint64_t> sampled() {
        std::vector<std::uint64_t> ordinals;
        const auto samples = redone.samples([](std::uint32_t file) { return file; });
        REQUIRE(samples);
        for (const RedoEntry& entry : *samples) {
            ordinals.push_back(entry.place.ordinal);
        }
        return ordinals;
    }

    ScratchFolder folder;
    std::unique_ptr<FileSystem> files = make_posix_file_system();
    std::unique_ptr<RedoLog> log = std::make_unique<RedoLog>(*files, folder.path().string(), kRun,
                                                             std::vector<RedoLog::Segment>());
    RedoneResults redone{*files, folder.path().string(), kRun};
};

TEST_CASE("a result of an earlier process is taken once, and only where no commit has it") {
    LeftResults left;
    left.leave(0, 7, 1);
    left.leave(1, 7, 2);
    left.leave(1, 3, 3);
    left.load({0, 5});
    CHECK(left.redone.take({0, 7}).value() == facen_of(1));
    CHECK_FALSE(left.redone.take({0, 7}).value());
    CHECK(left.redone.take({1, 7}).value() == facen_of(2));
    CHECK_FALSE(left.redone.take({1, 3}).value());
    CHECK_FALSE(left.redone.take({0, 8}).value());
}

TEST_CASE("of two results for one record the later one is taken") {
    LeftResults left;
    for (std::uint64_t i = 0; i < 50; ++i) {
        left.leave(0, i % 10, i);
    }
    left.load({0});
    for (std::uint64_t i = 0; i < 10; ++i) {
        CHECK(left.redone.take({0, i}).value() == facen_of(40 + i));
    }
}

TEST_CASE(
    "samples are the newest results of each target and some of the others, committed or not") {
    LeftResults left;
    for (std::uint64_t i = 0; i < 100; ++i) {
        left.leave(0, i, i);
    }
    left.leave(1, 500, 1);
    left.load({90, 0});
    const std::vector<std::uint64_t> sampled = left.sampled();
    REQUIRE(sampled.size() == 17);
    CHECK(std::vector(sampled.begin() + 8, sampled.begin() + 16) ==
          std::vector<std::uint64_t>{92, 93, 94, 95, 96, 97, 98, 99});
    CHECK(sampled.front() == 0);
    CHECK(sampled[7] >= 80);
    CHECK(sampled.back() == 500);
}

TEST_CASE("of few results all are samples") {
    LeftResults left;
    left.leave(0, 4, 4);
    left.leave(0, 2, 2);
    left.load({0});
    CHECK(left.sampled() == std::vector<std::uint64_t>{4, 2});
}

TEST_CASE("results of a file that the plan does not have are passed over") {
    LeftResults left;
    left.leave(3, 4, 4);
    left.load({0});
    CHECK(left.sampled().empty());
    CHECK_FALSE(left.redone.take({3, 4}).value());
}

}  // namespace
}  // namespace ffdump

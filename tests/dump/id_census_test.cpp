// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/id_census.hpp"

#include "support/faulty_file_system.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace ffdump {
namespace {

IdCensus::Duplicates count(const std::vector<std::uint64_t>& ids, std::size_t run_ids,
                           std::size_t limit = 10) {
    const ScratchFolder folder;
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    IdCensus census(*files, folder.text(), run_ids);
    for (const std::uint64_t id : ids) {
        REQUIRE(census.add({id}));
    }
    Result<IdCensus::Duplicates> found = census.finish(limit);
    REQUIRE(found);
    CHECK(files->list(folder.text(), FilePurpose::reading).value().empty());
    return std::move(*found);
}

TEST_CASE("id census finds exactly the ids that occur twice, however small its runs") {
    const unsigned seed = 20240611;
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> ids{0, UINT64_MAX, UINT64_MAX, 0, 0, 1ULL << 63U};
    for (int i = 0; i < 3000; ++i) {
        ids.push_back(random() % 20000);
    }
    std::ranges::shuffle(ids, random);
    std::map<std::uint64_t, int> counts;
    for (const std::uint64_t id : ids) {
        ++counts[id];
    }
    std::vector<RecordId> expected;
    for (const auto& [id, times] : counts) {
        if (times > 1) {
            expected.push_back({id});
        }
    }
    for (const std::size_t run : {1U, 2U, 3U, 100U, 3005U, 3006U, 3007U, 100000U}) {
        const IdCensus::Duplicates found = count(ids, run, SIZE_MAX);
        CHECK(found.count == expected.size());
        CHECK((found.examples == expected));
    }
    const IdCensus::Duplicates few = count(ids, 64, 2);
    CHECK(few.count == expected.size());
    CHECK((few.examples == std::vector<RecordId>{expected[0], expected[1]}));
}

TEST_CASE("id census finds nothing where nothing is twice") {
    CHECK(count({}, 4).count == 0);
    CHECK(count({7}, 4).count == 0);
    CHECK(count({0}, 1).count == 0);
    CHECK(count({3, 2, 1, 0, UINT64_MAX, 9, 8}, 2).count == 0);
    CHECK(count({3, 2, 3}, 1, 0).count == 1);
}

TEST_CASE("id census needs no file while its ids fit one run") {
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    IdCensus census(*files, "/no/such/folder", 3);
    for (const std::uint64_t id : {1U, 2U, 1U}) {
        REQUIRE(census.add({id}));
    }
    CHECK_FALSE(census.add({4}));
    IdCensus small(*files, "/no/such/folder", 3);
    REQUIRE(small.add({5}));
    REQUIRE(small.add({5}));
    CHECK(small.finish().value().count == 1);
}

TEST_CASE("id census passes on every failure of its file") {
    const ScratchFolder folder;
    const std::unique_ptr<FileSystem> real = make_posix_file_system();
    std::size_t failures = 0;
    for (std::size_t nth = 1;; ++nth) {
        FaultyFileSystem files(*real);
        files.fail_at(nth, {.reason = Reason::disk_full, .code = ENOSPC});
        IdCensus census(files, folder.text(), 2);
        std::optional<Error> error;
        for (const std::uint64_t id : {5U, 4U, 3U, 2U, 5U}) {
            if (Result<void> added = census.add({id}); !added && !error) {
                error = added.error();
            }
        }
        if (!error) {
            Result<IdCensus::Duplicates> found = census.finish();
            if (found) {
                CHECK(found->count == 1);
                break;
            }
            error = found.error();
        }
        ++failures;
        CHECK(error->reason() == Reason::disk_full);
        CHECK(error->contexts() == std::vector<std::string>{"looking for duplicate ids"});
    }
    CHECK(failures > 4);
}

}  // namespace
}  // namespace ffdump

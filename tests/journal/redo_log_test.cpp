// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/redo_log.hpp"

#include "journal_fixture.hpp"
#include "support/faulty_file_system.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <string>

namespace ffdump {
namespace {

Facen facen_of(std::size_t number, std::size_t dimension = 16) {
    Facen facen(dimension, 0.0F);
    facen[0] = static_cast<float>(number);
    return facen;
}

std::string image_of(std::size_t number) {
    return fmt::format("faces/{}.png", number);
}

/// A state folder with a redo log's files.
struct RedoFixture {
    ScratchFolder folder;
    std::unique_ptr<FileSystem> files = make_posix_file_system();

    /// Records `from` to `to` of file 0 in one segment, as a process leaves it that is killed.
    void leave(std::uint64_t from, std::uint64_t to, const std::string& run = kRun) const {
        const std::unique_ptr<RedoLog> log = open(run);
        for (std::uint64_t i = from; i < to; ++i) {
            log->add({0, i}, i, image_of(i), facen_of(i));
        }
        REQUIRE(log->write());
    }
    /// As a process opens it that goes on with the run.
    [[nodiscard]] std::unique_ptr<RedoLog> open(
        const std::string& run = kRun, RedoLog::Keep keep = RedoLog::Keep::until_committed) const {
        std::map<RecordPlace, Facen> unused;
        return std::make_unique<RedoLog>(*files, folder.path().string(), run, load(unused, run),
                                         keep);
    }
    std::vector<RedoLog::Segment> load(std::map<RecordPlace, Facen>& found,
                                       const std::string& run = kRun) const {
        auto segments = load_redo(*files, folder.path().string(), run,
                                  [&found](const RedoEntry& entry, const RedoWhere&) {
                                      CHECK(entry.record_id == entry.place.ordinal);
                                      CHECK(entry.image == image_of(entry.place.ordinal));
                                      found.insert_or_assign(entry.place, entry.facen);
                                  });
        REQUIRE(segments);
        return *segments;
    }
    [[nodiscard]] std::map<RecordPlace, Facen> found(const std::string& run = kRun) const {
        std::map<RecordPlace, Facen> facens;
        static_cast<void>(load(facens, run));
        return facens;
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            all.push_back(entry.path().filename().string());
        }
        std::ranges::sort(all);
        return all;
    }
};

}  // namespace

TEST_CASE("what was written to the redo log comes back as it was") {
    const RedoFixture redo;
    redo.leave(5, 9);
    const auto facens = redo.found();
    REQUIRE(facens.size() == 4);
    for (const auto& [place, facen] : facens) {
        CHECK(place.file == 0);
        CHECK(facen == facen_of(place.ordinal));
    }
}

TEST_CASE("the redo log of another run is not used and goes with the first commit") {
    const RedoFixture redo;
    redo.leave(0, 4, kOtherRun);
    CHECK(redo.found().empty());
    REQUIRE(redo.open()->committed({0, 1}));
    CHECK(redo.names().empty());
}

TEST_CASE("a redo log that is cut or changed anywhere gives facens as written or none") {
    const RedoFixture redo;
    redo.leave(0, 3);
    const std::string path = redo.folder.at("redo-000001.log");
    const std::string whole = file_bytes(path);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const bool cut : {true, false}) {
            std::string bytes = whole;
            if (cut) {
                bytes.resize(at);
            } else {
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
            }
            redo.folder.write("redo-000001.log", bytes);
            const auto facens = redo.found();
            CAPTURE(at, cut);
            CHECK(facens.size() < 3);
            for (const auto& [place, facen] : facens) {
                CHECK(facen == facen_of(place.ordinal));
            }
        }
    }
}

TEST_CASE("a segment of the redo log goes once a commit has all of it, and not before") {
    const RedoFixture redo;
    redo.leave(0, 4);
    redo.leave(4, 8);
    const std::unique_ptr<RedoLog> log = redo.open();
    log->add({0, 2}, 2, image_of(2), facen_of(2));
    log->add({0, 20}, 20, image_of(20), facen_of(20));
    REQUIRE(log->write());
    REQUIRE(log->committed({0, 3}));
    CHECK(redo.names().size() == 3);
    REQUIRE(log->committed({0, 4}));
    CHECK(redo.names() == std::vector<std::string>{"redo-000002.log", "redo-000003.log"});
    REQUIRE(log->committed({1, 0}));
    CHECK(redo.names().empty());
}

TEST_CASE("where the model is checked a segment stays until a check has passed as well") {
    const RedoFixture redo;
    redo.leave(0, 4);
    const std::unique_ptr<RedoLog> log = redo.open(kRun, RedoLog::Keep::until_vouched);
    REQUIRE(log->committed({0, 4}));
    CHECK(redo.names().size() == 1);
    log->check_begun();
    log->add({0, 5}, 5, image_of(5), facen_of(5));
    REQUIRE(log->write());
    REQUIRE(log->committed({1, 0}));
    CHECK(redo.names().size() == 2);
    // What came after the check began it does not vouch for.
    REQUIRE(log->check_passed());
    CHECK(redo.names() == std::vector<std::string>{"redo-000002.log"});
    log->check_begun();
    REQUIRE(log->check_passed());
    CHECK(redo.names().empty());
}

TEST_CASE("an entry is read from where it stands, and told when it is not what it was") {
    const RedoFixture redo;
    redo.leave(0, 3);
    redo.leave(3, 5);
    std::vector<std::pair<RedoEntry, RedoWhere>> all;
    REQUIRE(load_redo(*redo.files, redo.folder.path().string(), kRun,
                      [&all](const RedoEntry& entry, const RedoWhere& where) {
                          all.emplace_back(entry, where);
                      }));
    REQUIRE(all.size() == 5);
    RedoReader reader(*redo.files, redo.folder.path().string(), kRun);
    for (const std::size_t i : {4U, 0U, 2U, 3U, 1U}) {
        const Result<RedoEntry> entry = reader.read(all[i].second);
        REQUIRE(entry);
        CHECK(entry->place == all[i].first.place);
        CHECK(entry->facen == all[i].first.facen);
        CHECK(entry->image == image_of(i));
    }
    std::string bytes = file_bytes(redo.folder.at("redo-000001.log"));
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    redo.folder.write("redo-000001.log", bytes);
    RedoReader other(*redo.files, redo.folder.path().string(), kRun);
    CHECK(other.read(all[1].second));
    const Result<RedoEntry> damaged = other.read(all[2].second);
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().reason() == Reason::output_damaged);
}

TEST_CASE("the id of an image that is too long to be kept is left out") {
    const RedoFixture redo;
    const std::unique_ptr<RedoLog> log = redo.open();
    log->add({0, 1}, 1, std::string(RedoLog::kMostImageBytes + 1, 'i'), facen_of(1));
    REQUIRE(log->write());
    std::vector<std::string> images;
    REQUIRE(load_redo(
        *redo.files, redo.folder.path().string(), kRun,
        [&images](const RedoEntry& entry, const RedoWhere&) { images.push_back(entry.image); }));
    CHECK(images == std::vector<std::string>{""});
}

TEST_CASE("what no commit has is durable when its segment is closed") {
    const RedoFixture redo;
    FaultyFileSystem counting(*redo.files);
    counting.count_only({FileOperation::sync});
    RedoLog log(counting, redo.folder.path().string(), kRun, {});
    log.add({0, 5}, 5, image_of(5), facen_of(5));
    REQUIRE(log.write());
    REQUIRE(log.committed({0, 3}));
    const std::vector<FileCall> calls = counting.calls();
    CHECK(std::ranges::count(calls, FileOperation::sync, &FileCall::operation) == 1);
    // Its name as well: it may never have been synced before.
    CHECK(std::ranges::count(calls, FileOperation::sync_directory, &FileCall::operation) == 1);
}

TEST_CASE("a later facen of a record replaces the earlier one") {
    const RedoFixture redo;
    redo.leave(0, 2);
    const std::unique_ptr<RedoLog> log = redo.open();
    log->add({0, 1}, 1, image_of(1), facen_of(77));
    REQUIRE(log->write());
    CHECK(redo.found().at({0, 1}) == facen_of(77));
}

TEST_CASE("a redo log that is discarded leaves nothing") {
    const RedoFixture redo;
    redo.leave(0, 4);
    const std::unique_ptr<RedoLog> log = redo.open();
    log->add({0, 5}, 5, image_of(5), facen_of(5));
    REQUIRE(log->write());
    REQUIRE(log->discard());
    CHECK(redo.names().empty());
    log->add({0, 6}, 6, image_of(6), facen_of(6));
    REQUIRE(log->write());
    CHECK(redo.found().size() == 1);
}

TEST_CASE("a redo log that cannot be written fails as the disk does") {
    const RedoFixture redo;
    FaultyFileSystem faulty(*redo.files);
    faulty.count_only({FileOperation::write});
    faulty.fail_at(1, {.reason = Reason::disk_full, .code = ENOSPC});
    RedoLog log(faulty, redo.folder.path().string(), kRun, {});
    log.add({0, 5}, 5, image_of(5), facen_of(5));
    const Result<void> written = log.write();
    REQUIRE_FALSE(written);
    CHECK(written.error().reason() == Reason::disk_full);
}

TEST_CASE("a sync of the redo log that fails ends the run at the next write") {
    const RedoFixture redo;
    FaultyFileSystem faulty(*redo.files);
    faulty.count_only({FileOperation::sync});
    faulty.fail_at(1, {.reason = Reason::output_unwritable, .code = EIO});
    RedoLog log(faulty, redo.folder.path().string(), kRun, {});
    Result<void> written;
    // The sync comes in a thread of its own, a quarter of a second after the first write.
    for (std::size_t i = 0; written; ++i) {
        log.add({0, i}, i, image_of(i), facen_of(i));
        written = log.write();
    }
    CHECK(written.error().reason() == Reason::output_unwritable);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/salvage_dump.hpp"

#include "packed_pair.hpp"

#include <algorithm>
#include <set>

namespace ffdump {
namespace {

const std::string kEvents = "ffsec_face_events.json";
const std::string kObjects = "ffsec_face_objects.json";

class Salvaged {
 public:
    /// Into a directory of its own.
    Result<SalvageReport> salvage(const std::string& archive) {
        to = dump.scratch.at("saved" + std::to_string(++count_));
        return salvage_dump(*dump.files,
                            {dump.scratch.write("x.tar.zst", archive), to, shipped_profiles(), {}},
                            {});
    }
    [[nodiscard]] static const SalvagedFile& file(const SalvageReport& report,
                                                  const std::string& name) {
        const auto it = std::ranges::find(report.files, name, &SalvagedFile::name);
        REQUIRE(it != report.files.end());
        return *it;
    }
    /// Records of a salvaged file, all of which must be records of the dump as they were.
    [[nodiscard]] std::size_t true_records(const std::string& name) const {
        const std::vector<std::string> records = dump.pair.table(name).target_records();
        const std::string text = file_bytes(to + "/" + name);
        std::size_t found = 0;
        std::size_t bytes = 0;
        for (const std::string& record : records) {
            if (text.find(record) != std::string::npos) {
                ++found;
                bytes += record.size();
            }
        }
        // Nothing but records and what stands between them.
        CHECK(text.size() <= bytes + (found + 2) * 5);
        return found;
    }

    PackedPair dump;
    std::string to;

 private:
    int count_ = 0;
};

TEST_CASE("from a sound archive salvage gives the complete dump") {
    Salvaged salvaged;
    const auto report = salvaged.salvage(salvaged.dump.packed());
    REQUIRE(report);
    CHECK(report->is_complete);
    CHECK((tree_bytes(salvaged.to) == tree_bytes(salvaged.dump.pair.options.to)));
}

TEST_CASE("an archive of which only the seek table or a mark is damaged loses nothing") {
    Salvaged salvaged;
    std::string archive = salvaged.dump.packed();
    SECTION("no seek table") {
        archive.resize(archive.size() - 30);
    }
    SECTION("a mark") {
        const FoundFrame frame = salvaged.dump.frame_at(archive, kEvents, 700);
        archive[frame.file_at + frame.sizes.packed + 40] ^= 1;
    }
    const auto report = salvaged.salvage(archive);
    REQUIRE(report);
    CHECK(report->is_complete);
    CHECK((tree_bytes(salvaged.to) == tree_bytes(salvaged.dump.pair.options.to)));
}

TEST_CASE("a damaged frame costs the records in it and no others") {
    Salvaged salvaged;
    salvaged.dump.options.frame_bytes = 300;
    std::string archive = salvaged.dump.packed();
    const std::string name = GENERATE(kEvents, kObjects);
    const FoundFrame frame = salvaged.dump.frame_at(archive, name, 500);
    archive[frame.file_at + frame.sizes.packed / 2] ^= 1;
    const auto report = salvaged.salvage(archive);
    REQUIRE(report);
    CHECK_FALSE(report->is_complete);
    const SalvagedFile& file = Salvaged::file(*report, name);
    CHECK(file.lost_bytes == frame.sizes.content);
    const std::size_t all = salvaged.dump.pair.table(name).target_records().size();
    CHECK(file.expected == all);
    CHECK(file.saved_records == salvaged.true_records(name));
    CHECK(file.saved_records < all);
    // A frame of 300 bytes touches so many records of some 150 bytes at most.
    CHECK(file.saved_records + 4 >= all);
    CHECK(file.saved_records > 0);
    CHECK(Salvaged::file(*report, name == kEvents ? kObjects : kEvents).is_whole);
    CHECK_FALSE(std::filesystem::exists(salvaged.to + "/.ffdump/manifest.json"));
    CHECK(std::filesystem::exists(salvaged.to + "/.ffdump/manifest.salvaged.json"));
}

TEST_CASE("wherever an archive is cut, the whole records before are saved and nothing is made up") {
    Salvaged salvaged;
    const std::string archive = salvaged.dump.packed();
    std::size_t best = 0;
    for (std::size_t length = 0; length < archive.size(); length += 61) {
        CAPTURE(length);
        const auto report = salvaged.salvage(archive.substr(0, length));
        if (!report) {
            CHECK(report.error().reason() == Reason::archive_damaged);
            CHECK(best == 0);
            continue;
        }
        std::size_t saved = 0;
        for (const std::string& name : {kEvents, kObjects}) {
            if (std::filesystem::exists(salvaged.to + "/" + name)) {
                saved += salvaged.true_records(name);
            }
        }
        CHECK(saved >= best);
        best = std::max(best, saved);
        std::filesystem::remove_all(salvaged.to);
    }
    CHECK(best > 10);
}

TEST_CASE("any frame that is zeroed loses no file but its own") {
    Salvaged salvaged;
    const std::string archive = salvaged.dump.packed();
    for (const FoundFrame& frame : salvaged.dump.frames(archive)) {
        CAPTURE(frame.tar_at);
        std::string damaged = archive;
        damaged.replace(frame.file_at, frame.sizes.packed, frame.sizes.packed, '\0');
        const auto report = salvaged.salvage(damaged);
        REQUIRE(report);
        CHECK(std::ranges::count(report->files, false, &SalvagedFile::is_whole) <= 1);
    }
}

TEST_CASE("wherever one byte is flipped, exactly the records of its frame are lost") {
    Salvaged salvaged;
    const std::string archive = salvaged.dump.packed();
    const std::unique_ptr<ByteSource> source = make_memory_source(archive);
    ArchiveStream stream(*source, "x");
    REQUIRE(stream.open());
    const std::vector<FoundFrame> frames = salvaged.dump.frames(archive);
    for (std::size_t at = 0; at < archive.size(); at += 29) {
        std::string damaged = archive;
        damaged[at] ^= 1;
        CAPTURE(at);
        const auto report = salvaged.salvage(damaged);
        REQUIRE(report);
        const auto hit = std::ranges::find_if(frames, [at](const FoundFrame& frame) {
            return at >= frame.file_at && at < frame.file_at + frame.sizes.packed;
        });
        for (const std::string& name : {kEvents, kObjects}) {
            const std::uint64_t begin = stream.layout().find(name)->data_at();
            const std::string text = salvaged.dump.pair.target_bytes(name);
            std::size_t whole = 0;
            for (const std::string& record : salvaged.dump.pair.table(name).target_records()) {
                const std::uint64_t from = begin + text.find(record);
                const bool is_lost = hit != frames.end() &&
                                     from < hit->tar_at + hit->sizes.content &&
                                     from + record.size() > hit->tar_at;
                whole += is_lost ? 0 : 1;
            }
            CHECK(salvaged.true_records(name) == whole);
        }
        std::filesystem::remove_all(salvaged.to);
    }
}

TEST_CASE("without its manifest an archive is salvaged by the headers that are left") {
    Salvaged salvaged;
    std::string archive = salvaged.dump.packed();
    const FoundFrame manifest = salvaged.dump.frame_at(archive, kManifestMember, 0);
    archive[manifest.file_at + 20] ^= 1;
    const auto report = salvaged.salvage(archive);
    REQUIRE(report);
    CHECK_FALSE(report->has_manifest);
    CHECK_FALSE(report->is_complete);
    CHECK(file_bytes(salvaged.to + "/" + kEvents) == salvaged.dump.pair.target_bytes(kEvents));
    CHECK_FALSE(std::filesystem::exists(salvaged.to + "/.ffdump/manifest.json"));
}

TEST_CASE("two halves of records are never joined, wherever the gap is") {
    Salvaged salvaged;
    const std::string archive = salvaged.dump.packed();
    const std::vector<std::string> real = salvaged.dump.pair.table(kEvents).target_records();
    const std::set<std::string> known(real.begin(), real.end());
    for (std::size_t size = 40; size < 400; size += 23) {
        salvaged.dump.options.frame_bytes = size;
        std::string damaged = salvaged.dump.packed();
        const FoundFrame frame = salvaged.dump.frame_at(damaged, kEvents, 700);
        damaged[frame.file_at + frame.sizes.packed - 1] ^= 1;
        CAPTURE(size);
        REQUIRE(salvaged.salvage(damaged));
        std::istringstream lines(file_bytes(salvaged.to + "/" + kEvents));
        for (std::string line; std::getline(lines, line);) {
            CHECK((line.empty() || known.contains(line)));
        }
    }
}

TEST_CASE("what is no archive at all is told, and nothing is written") {
    Salvaged salvaged;
    const auto report = salvaged.salvage(std::string(100'000, 'x'));
    REQUIRE_FALSE(report);
    CHECK(report.error().reason() == Reason::archive_damaged);
    CHECK_FALSE(std::filesystem::exists(salvaged.to));
}

}  // namespace
}  // namespace ffdump

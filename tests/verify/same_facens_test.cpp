// SPDX-License-Identifier: Apache-2.0
#include "ffdump/verify/same_facens.hpp"

#include "dump_pair.hpp"

#include "ffdump/base/random.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

namespace ffdump {
namespace {

constexpr std::string_view kEvents = "ffsec_face_events.json";
constexpr std::string_view kObjects = "ffsec_face_objects.json";
constexpr std::string_view kBodies = "ffsec_body_events.json";

using Records = std::vector<std::string>;

/// A new dump, and what is dumped again from the shards it was restored into: the same records,
/// spread over shards by chance, in an order by chance, one a line.
class Restored {
 public:
    Restored() : pair_(DumpPair::usual_tables()) {
        for (const std::string_view name : {kEvents, kObjects, kBodies}) {
            records[std::string(name)] = pair_.table(name).target_records();
        }
    }

    std::map<std::string, Records> records;  ///< of the shards, by file name
    std::size_t most_records = 1000;

    SameFacensReport compare(std::size_t shards, std::uint64_t seed = 1) {
        const Result<SameFacensReport> report = compare_facens(*files_, written(shards, seed), {});
        REQUIRE(report);
        return *report;
    }

    SameFacensOptions written(std::size_t shards, std::uint64_t seed = 1) {
        SameFacensOptions options;
        options.new_dump = pair_.options.to;
        options.profiles = shipped_profiles();
        options.most_records = most_records;
        for (std::size_t shard = 0; shard < shards; ++shard) {
            options.redumps.push_back(folder_.at("shard" + std::to_string(shard)));
        }
        write(options.redumps, seed);
        return options;
    }

    /// The next record of the shards' file that holds `from` has `to` there.
    void replace(std::string_view name, const std::string& from, const std::string& to) {
        Records& of_file = records[std::string(name)];
        const auto it = std::ranges::find_if(of_file, [&](const std::string& record) {
            return record.find(from) != std::string::npos;
        });
        REQUIRE(it != of_file.end());
        it->replace(it->find(from), from.size(), to);
    }

    [[nodiscard]] const DumpPair& pair() const { return pair_; }

 private:
    void write(const std::vector<std::string>& folders, std::uint64_t seed) {
        Random random(seed);
        for (const std::string& folder : folders) {
            std::filesystem::remove_all(folder);
            std::filesystem::create_directories(folder);
        }
        for (auto [name, of_file] : records) {
            std::vector<std::string> texts(folders.size());
            for (std::size_t i = of_file.size(); i > 1; --i) {
                std::swap(of_file[i - 1], of_file[random.bits() % i]);
            }
            for (const std::string& record : of_file) {
                texts[random.bits() % folders.size()] += record + "\n";
            }
            for (std::size_t i = 0; i < folders.size(); ++i) {
                // A shard without records of a gallery dumps an empty file.
                std::ofstream(std::filesystem::path(folders[i]) / name) << texts[i];
            }
        }
    }

    DumpPair pair_;
    ScratchFolder folder_;
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

const Finding* found(const SameFacensReport& report, Reason reason) {
    const auto it = std::ranges::find(report.findings, reason, &Finding::reason);
    return it == report.findings.end() ? nullptr : &*it;
}

void must_name(const SameFacensReport& report, Reason reason, std::uint64_t id) {
    CAPTURE(render_text(report));
    CHECK_FALSE(report.is_same);
    CHECK(report.exit_code() == 3);
    REQUIRE(found(report, reason) != nullptr);
    CHECK(found(report, reason)->place.record_id == id);
    CHECK(report.finding_counts.size() == 1);
    CHECK(report.finding_counts.at(std::string(reason_name(reason))) == 1);
}

}  // namespace

TEST_CASE("the same records from any number of shards in any order are the same") {
    Restored restored;
    for (const std::size_t shards : {1U, 3U, 7U}) {
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            const SameFacensReport report = restored.compare(shards, seed);
            CAPTURE(shards, seed, render_text(report));
            REQUIRE(report.is_same);
            CHECK(report.exit_code() == 0);
            CHECK(report.has_manifest);
            CHECK(report.verdict == "the same: 20 records in 3 galleries");
        }
    }
}

TEST_CASE("a facen with its slashes escaped is the same facen") {
    Restored restored;
    for (auto& [name, of_file] : restored.records) {
        for (std::string& record : of_file) {
            for (std::size_t at = record.find('/'); at != std::string::npos;
                 at = record.find('/', at + 2)) {
                if (record[at - 1] != '\\' && at < record.find("\"meta\"")) {
                    record.insert(at, "\\");
                }
            }
        }
    }
    const SameFacensReport report = restored.compare(3);
    CAPTURE(render_text(report));
    CHECK(report.is_same);
}

TEST_CASE("records of the shards that are lost, doubled, extra or altered are named") {
    Restored restored;
    Records& events = restored.records[std::string(kEvents)];
    SECTION("lost") {
        events.erase(events.begin() + 2);
        must_name(restored.compare(3), Reason::record_lost, 30);
    }
    SECTION("doubled") {
        events.push_back(events[0]);
        must_name(restored.compare(3), Reason::record_doubled, 10);
    }
    SECTION("extra") {
        events.push_back(made_row(777, true).migrated("new_320"));
        must_name(restored.compare(3), Reason::record_extra, 777);
    }
    SECTION("another facen") {
        restored.replace(kEvents, facen_text(restored.pair().table(kEvents).rows[1].fresh),
                         facen_text(made_facen(4711)));
        must_name(restored.compare(3), Reason::facen_differs, 20);
    }
    SECTION("another model") {
        restored.replace(kEvents, "new_320", "new_321");
        must_name(restored.compare(3), Reason::model_differs, 10);
    }
    SECTION("another byte of meta") {
        restored.replace(kObjects, "\"meta\"", "\"mete\"");
        must_name(restored.compare(3), Reason::record_altered, 2);
    }
    SECTION("a copied gallery's facen") {
        const std::string old = restored.pair().table(kBodies).rows[0].old_facen;
        restored.replace(kBodies, old, facen_text(made_facen(4711)));
        must_name(restored.compare(1), Reason::facen_differs, 1);
    }
}

TEST_CASE("facens that were swapped between two restored records are named both") {
    Restored restored;
    const auto& rows = restored.pair().table(kEvents).rows;
    const std::string one = facen_text(rows[0].fresh);
    const std::string two = facen_text(rows[1].fresh);
    restored.replace(kEvents, one, "@swapped@");
    restored.replace(kEvents, two, one);
    restored.replace(kEvents, "@swapped@", two);
    const SameFacensReport report = restored.compare(3);
    CHECK(report.verdict == "not the same: facen_differs 2");
}

TEST_CASE("a gallery that no shard holds is told record by record") {
    Restored restored;
    restored.records.erase(std::string(kObjects));
    const SameFacensReport report = restored.compare(3);
    CHECK(report.verdict == "not the same: record_lost 7");
    CHECK(report.galleries[2].in_redump == 0);
    CHECK_FALSE(report.galleries[2].is_same());
}

TEST_CASE("when more records differ than are kept, a part is named and the report says so") {
    Restored restored;
    restored.most_records = 2;
    restored.records[std::string(kEvents)] = {made_row(777, true).migrated("new_320")};
    const SameFacensReport report = restored.compare(1);
    CHECK_FALSE(report.is_same);
    CHECK_FALSE(report.findings.empty());
    CHECK(report.findings.size() <= 2);
    CHECK_THAT(report.not_proven.front(),
               Catch::Contains("how many records of gallery") &&
                   Catch::Contains(gallery_of_file(std::string(kEvents))));
}

TEST_CASE("a new dump that is not what its manifest says is told though the shards hold it") {
    Restored restored;
    restored.pair().change_records(kEvents, [](Records& records) { records.pop_back(); });
    restored.records[std::string(kEvents)].pop_back();
    const SameFacensReport report = restored.compare(3);
    REQUIRE(found(report, Reason::law_broken) != nullptr);
    CHECK_THAT(found(report, Reason::law_broken)->text, Catch::Contains("ffsec_face_events"));
    CHECK(report.verdict == "not the same: law_broken 1");
}

TEST_CASE("two facens that cannot be decoded are not taken for the same") {
    Restored restored;
    const std::string sound = restored.records[std::string(kEvents)].back();
    const auto begin = sound.find('"', sound.find(R"("facen":)") + 8) + 1;
    const std::string facen = sound.substr(begin, sound.find('"', begin) - begin);
    restored.replace(kEvents, facen, "*" + facen.substr(1));
    restored.pair().change_records(kEvents, [&](Records& records) {
        for (std::string& record : records) {
            if (const auto at = record.find(facen); at != std::string::npos) {
                record.replace(at, facen.size(), "**" + facen.substr(2));
            }
        }
    });
    const SameFacensReport report = restored.compare(1);
    CAPTURE(render_text(report));
    CHECK(found(report, Reason::facen_differs) != nullptr);
    CHECK_FALSE(report.is_same);
}

TEST_CASE("a file whose records are of several galleries is not taken for one gallery") {
    Restored restored;
    Records& events = restored.records[std::string(kEvents)];
    events[0].insert(1, R"("gallery":"one",)");
    events[1].insert(1, R"("gallery":"two",)");
    SameFacensOptions options = restored.written(1);
    const Result<SameFacensReport> report = compare_facens(*make_posix_file_system(), options, {});
    REQUIRE_FALSE(report);
    CHECK(report.error().reason() == Reason::gallery_undecided);
}

TEST_CASE("an unfinished new dump is not the same whatever the shards hold") {
    Restored restored;
    std::filesystem::remove(OutputDirectory(restored.pair().options.to).manifest());
    const SameFacensReport report = restored.compare(1);
    CHECK(found(report, Reason::output_incomplete) != nullptr);
    CHECK(report.exit_code() == 3);
}

TEST_CASE("a new dump that was copied without its state is compared with the shards alone") {
    Restored restored;
    std::filesystem::remove_all(OutputDirectory(restored.pair().options.to).state_folder());
    const SameFacensReport report = restored.compare(3);
    CHECK(report.is_same);
    CHECK_FALSE(report.has_manifest);
}

TEST_CASE("the comparison with the shards is one JSON document with ids as text") {
    Restored restored;
    restored.records[std::string(kEvents)].pop_back();  // 2^64-1
    const auto json = nlohmann::json::parse(render_json(restored.compare(3)));
    CHECK(json.at("same") == false);
    CHECK(json.at("findings").at(0).at("record_id") == "18446744073709551615");
    CHECK(json.at("galleries").at(1).at("same_ids") == false);
    CHECK(json.at("galleries").at(0).at("same_rest") == true);
}

}  // namespace ffdump

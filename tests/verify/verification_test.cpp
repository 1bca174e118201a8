// SPDX-License-Identifier: Apache-2.0
#include "dump_pair.hpp"

#include "ffdump/base/random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

namespace ffdump {
namespace {

constexpr std::string_view kEvents = "ffsec_face_events.json";
constexpr std::string_view kBodies = "ffsec_body_events.json";

/// A dump of any shape: containers, line ends, key orders, failed, excluded and bad records.
std::vector<Table> random_tables(Random& random) {
    std::vector<Table> tables;
    const std::uint64_t count = 1 + (random.bits() % 4);
    for (std::uint64_t t = 0; t < count; ++t) {
        Table table{.name = "g" + std::to_string(t) + ".json",
                    .gallery = "g" + std::to_string(t),
                    .rows = {}};
        const bool has_model = random.bits() % 2 == 0;
        constexpr std::array<const char*, 3> kActions{"drop", "copy", "migrate"};
        table.action = kActions.at(std::min<std::uint64_t>(random.bits() % 8, 2));
        table.new_model = has_model && table.action == "migrate" ? "new_320" : "";
        if (random.bits() % 2 == 0) {
            table.container = Container::json_array;
            table.separator = random.bits() % 2 == 0 ? "" : " \n\t";
        } else {
            table.separator = random.bits() % 2 == 0 ? "\n" : "\r\n";
            table.ends_with_newline = random.bits() % 2 == 0;
        }
        const std::uint64_t rows = random.bits() % 40;
        for (std::uint64_t i = 0; i < rows; ++i) {
            // One value each in 64 bits, so that ids never meet.
            Row row = made_row((random.bits() << 6U) | i, has_model);
            constexpr std::array kFates{Row::Fate::failed, Row::Fate::excluded, Row::Fate::present};
            row.fate = kFates.at(std::min<std::uint64_t>(random.bits() % 10, 2));
            table.rows.push_back(std::move(row));
        }
        tables.push_back(std::move(table));
    }
    return tables;
}

std::uint64_t count_of(const std::vector<Table>& tables, Row::Fate fate) {
    std::uint64_t count = 0;
    for (const Table& table : tables) {
        if (table.action != "drop") {
            count += static_cast<std::uint64_t>(std::ranges::count(table.rows, fate, &Row::fate));
        }
    }
    return count;
}

}  // namespace

TEST_CASE("verify finds a faultless pair restorable and says what it counted") {
    const DumpPair pair(DumpPair::usual_tables());
    const VerifyReport report = pair.verify();
    CHECK(report.restorable);
    CHECK(report.findings.empty());
    CHECK(report.verdict == "restorable (3 records failed, 1 excluded)");
    CHECK(report.exit_code(false) == 0);
    CHECK(report.exit_code(true) == 3);
    REQUIRE(report.galleries.size() == 4);
    const GalleryReport& events = report.galleries[2];
    CHECK(events.gallery == "ffsec_face_events");
    CHECK(events.source == 12);
    CHECK(events.target == 9);
    CHECK(events.failed == 2);
    CHECK(events.excluded == 1);
    CHECK(events.law_holds);
    CHECK(events.old_model == "old_320");
    CHECK(events.new_model == "new_320");
    CHECK(events.new_dimension == 8);
    CHECK(report.failures_by_reason ==
          std::map<std::string, std::uint64_t>{{"image_missing", 1}, {"no_face", 2}});
    CHECK(report.run_id == pair.manifest.run_id);
    CHECK(report.not_proven.size() == 4);
}

TEST_CASE("verify says restorable and no more when nothing failed or was excluded") {
    std::vector<Table> tables = DumpPair::usual_tables();
    for (Table& table : tables) {
        for (Row& row : table.rows) {
            row.fate = Row::Fate::present;
        }
    }
    const DumpPair pair(std::move(tables));
    CHECK(pair.verify().verdict == "restorable");
    CHECK(pair.verify().exit_code(true) == 0);
}

TEST_CASE("verify takes one file for a source") {
    std::vector<Table> tables{DumpPair::usual_tables()[2]};
    DumpPair pair(std::move(tables));
    pair.options.from = pair.source_path(kBodies);
    CHECK(pair.verify().restorable);
}

TEST_CASE("verify finds random faultless pairs restorable, with the excluded ids and without") {
    const std::uint64_t seed = Random::from_system().bits();
    for (std::uint64_t i = 0; i < 100; ++i) {
        INFO("seed " << seed << ", pair " << i);
        Random random(seed + i);
        const std::vector<Table> tables = random_tables(random);
        std::string excluded;
        for (const Table& table : tables) {
            for (const Row& row : table.rows) {
                excluded += row.fate == Row::Fate::excluded
                                ? table.gallery + " " + std::to_string(row.id.value) + "\n"
                                : "";
            }
        }
        DumpPair pair(tables);
        pair.options.limits.block_bytes = 1 + random.bits() % 4096;
        const VerifyReport report = pair.verify();
        INFO(render_text(report));
        REQUIRE(report.restorable);
        REQUIRE(report.failed == count_of(tables, Row::Fate::failed));
        REQUIRE(report.excluded == count_of(tables, Row::Fate::excluded));
        const VerifyReport named = pair.verify_with(excluded);
        INFO(render_text(named));
        REQUIRE(named.restorable);
        REQUIRE(named.excluded == report.excluded);
    }
}

TEST_CASE("verify takes doubled ids only from a run that allowed them") {
    std::vector<Table> tables = DumpPair::usual_tables();
    Row twin = made_row(20, true);
    twin.middle = R"(", "meta": {}, "facen_model": ")";
    twin.fresh = made_facen(4711);
    tables[0].rows.push_back(twin);
    SECTION("allowed, and then each is compared with its own") {
        DumpPair pair(tables, {"allow-duplicate-ids"});
        CHECK(pair.verify().restorable);
        pair.change_records(kEvents, [](auto& records) { std::swap(records[1], records.back()); });
        CHECK_FALSE(pair.verify().restorable);
    }
    SECTION("allowed, one of them failed") {
        tables[0].rows[1].fate = Row::Fate::failed;
        const DumpPair pair(tables, {"allow-duplicate-ids"});
        CHECK(pair.verify().verdict == "restorable (4 records failed, 1 excluded)");
    }
    SECTION("not allowed") {
        const DumpPair pair(tables);
        const VerifyReport report = pair.verify();
        REQUIRE(find(report, Reason::record_doubled) != nullptr);
        CHECK(find(report, Reason::record_doubled)->place.record_id == 20);
        CHECK(report.finding_counts.at("record_doubled") == 1);
    }
}

TEST_CASE("verify holds norms against the tolerance that the run had") {
    std::vector<Table> tables = DumpPair::usual_tables();
    for (float& value : tables[0].rows[0].fresh) {
        value *= 1.02F;
    }
    DumpPair pair(std::move(tables));
    CHECK(find(pair.verify(), Reason::facen_invalid) != nullptr);
    pair.manifest.settings["ffdump.norm_tolerance"] = "0.05";
    pair.write_manifest();
    CHECK(pair.verify().restorable);
}

TEST_CASE("verify names so many of a kind and counts all") {
    DumpPair pair(DumpPair::usual_tables());
    pair.options.most_findings = 3;
    pair.change_records(kEvents, [](auto& records) { records.clear(); });
    const VerifyReport report = pair.verify();
    CHECK(report.finding_counts.at("record_lost") == 10);
    CHECK(std::ranges::count(report.findings, Reason::record_lost, &Finding::reason) == 3);
    CHECK(report.findings_total() == 11);
    CHECK(report.verdict ==
          "not restorable: the new dump lacks a record of the source (+10 more findings)");
}

TEST_CASE("verify goes on by numbers and digests when too many records are out of step") {
    DumpPair pair(DumpPair::usual_tables());
    pair.options.most_unmatched = 4;
    SECTION("and finds a loss") {
        pair.change_records(kEvents, [](auto& records) {
            std::ranges::reverse(records);
            records.pop_back();
        });
        pair.reseal();
        const VerifyReport report = pair.verify();
        CHECK_FALSE(report.restorable);
        REQUIRE(find(report, Reason::law_broken) != nullptr);
        CHECK(report.not_proven.size() == 5);
    }
    SECTION("and finds an altered facen") {
        pair.change_records(kEvents, [&](auto& records) {
            records.back() =
                pair.table(kEvents).rows[11].with(facen_text(made_facen(5)), "new_320");
            std::ranges::reverse(records);
        });
        pair.reseal();
        CHECK(find(pair.verify(), Reason::facen_differs) != nullptr);
    }
    SECTION("and finds nothing when only records were excluded") {
        std::vector<Table> tables = DumpPair::usual_tables();
        for (std::size_t i = 0; i < 7; ++i) {
            tables[0].rows[i].fate = Row::Fate::excluded;
        }
        DumpPair excluded(std::move(tables));
        excluded.options.most_unmatched = 4;
        const VerifyReport report = excluded.verify();
        CHECK(report.verdict == "restorable (1 record failed, 8 excluded)");
        CHECK(report.not_proven.size() == 5);
    }
}

TEST_CASE("verify reports its progress and stops when it is told to") {
    const DumpPair pair(DumpPair::usual_tables());
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    std::uint64_t last = 0;
    std::uint64_t all = 0;
    const auto watch = [&](std::uint64_t done, std::uint64_t total) {
        CHECK(done >= last);
        last = done;
        all = total;
        return true;
    };
    REQUIRE(verify(*files, pair.options, watch));
    CHECK(last != 0);
    CHECK(last == all);
    const auto stopped =
        verify(*files, pair.options, [](std::uint64_t, std::uint64_t) { return false; });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().reason() == Reason::interrupted);
}

TEST_CASE("verify refuses excluded ids that are not ids") {
    const DumpPair pair(DumpPair::usual_tables());
    CHECK_THROWS_WITH(pair.verify_with("one\n"), Catch::Contains("excluded.txt:1"));
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "damage.hpp"

#include "ffdump/journal/output_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace ffdump {
namespace {

constexpr std::string_view kEvents = "ffsec_face_events.json";
constexpr std::string_view kObjects = "ffsec_face_objects.json";

using Failures = std::vector<FailureEntry>;
// Entries 0 and 1 are of kEvents (ids 40 and 50), entry 2 of kObjects (id 1).

std::function<void(DumpPair&)> list_of(std::function<void(Failures&)> change) {
    return [change = std::move(change)](DumpPair& pair) {
        change(pair.failures);
        pair.write_failures();
    };
}

}  // namespace

// The analyzer loses sight of the std::functions in the tables of damages below.
// NOLINTBEGIN(clang-analyzer-cplusplus.NewDeleteLeaks)

TEST_CASE("verify sees what was done to the list of failures") {
    const std::vector<Damage> damages{
        {"line dropped",
         Reason::failures_differ,
         "the list names 2 records, the manifest 3",
         list_of([](Failures& list) { list.erase(list.begin() + 1); }),
         {}},
        {"line dropped: the record", Reason::record_lost, "nor listed as failed",
         list_of([](Failures& list) { list.erase(list.begin() + 1); }), 50},
        {"line doubled", Reason::failures_differ, "out of order or there twice",
         list_of([](Failures& list) { list.insert(list.begin(), list[0]); }), 40},
        {"record changed", Reason::failures_differ, "is not the one at byte",
         list_of([](Failures& list) { list[0].record.replace(2, 2, "iD"); }), 40},
        {"id changed", Reason::failures_differ, "is not the one at byte",
         list_of([](Failures& list) { list[0].id = RecordId{41}; }), 40},
        {"gallery changed", Reason::failures_differ, "is not the one at byte",
         list_of([](Failures& list) { list[0].gallery = "other"; }), 40},
        {"other reason",
         Reason::failures_differ,
         "with reason",
         list_of([](Failures& list) { list[0].reason = Reason::several_faces; }),
         {}},
        {"other words",
         Reason::failures_differ,
         "with another content",
         list_of([](Failures& list) { list[0].detail += "!"; }),
         {}},
        {"exchanged within a file", Reason::failures_differ, "out of order",
         list_of([](Failures& list) { std::swap(list[0], list[1]); }), 40},
        {"exchanged between files",
         Reason::failures_differ,
         "out of place",
         list_of([](Failures& list) { std::swap(list[0], list[2]); }),
         {}},
        {"of a file that is not there",
         Reason::failures_differ,
         "belongs to no file",
         list_of([](Failures& list) {
             list.push_back(list[2]);
             list.back().file = "zzz.json";
         }),
         {}},
        {"beyond the file's end",
         Reason::failures_differ,
         "which has fewer",
         list_of([](Failures& list) {
             list.push_back(list[2]);
             list.back().ordinal = 1000;
         }),
         {}},
        {"line that is no line",
         Reason::failures_differ,
         "",
         [](DumpPair& pair) {
             const std::string path = OutputDirectory(pair.options.to).failures();
             pair.write_target(".ffdump/failures.jsonl", "{]\n" + file_bytes(path));
         },
         {}},
        {"emptied",
         Reason::failures_differ,
         "the list names 0 records, the manifest 3",
         [](DumpPair& pair) { pair.write_target(".ffdump/failures.jsonl", ""); },
         {}},
        {"not there",
         Reason::failures_differ,
         "is not there",
         [](DumpPair& pair) {
             std::filesystem::remove(OutputDirectory(pair.options.to).failures());
         },
         {}},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage(damage);
        }
    }
}

TEST_CASE("verify names a record that is listed as failed and yet in the new dump") {
    const auto with_failed_back = [](std::string_view name, std::size_t row, std::size_t record) {
        return [=](DumpPair& pair) {
            const Table& table = pair.table(name);
            pair.change_records(name, [&](std::vector<std::string>& r) {
                r.insert(r.begin() + static_cast<std::ptrdiff_t>(record),
                         table.rows[row].migrated(table.new_model));
            });
        };
    };
    const std::vector<Damage> damages{
        {"in its place", Reason::failed_record_present, "listed as failed, and yet",
         with_failed_back(kEvents, 3, 3), 40},
        {"elsewhere", Reason::failed_record_present, "listed as failed, and yet",
         with_failed_back(kEvents, 3, 0), 40},
        {"first of an array", Reason::failed_record_present, "listed as failed, and yet",
         with_failed_back(kObjects, 0, 0), 1},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage_of_target(damage);
        }
    }
}

TEST_CASE("verify sees an excluded record that came back") {
    const auto back = [](DumpPair& pair) {
        const Table& table = pair.table(kEvents);
        pair.change_records(kEvents, [&](std::vector<std::string>& r) {
            r.insert(r.begin() + 6, table.rows[8].migrated(table.new_model));
        });
        pair.reseal();
    };
    DumpPair pair(DumpPair::usual_tables());
    back(pair);
    SECTION("by the law when nobody says who was excluded") {
        expect_finding(pair.verify(), {"law", Reason::law_broken, "the manifest says", {}, {}});
    }
    SECTION("by name when the list is given") {
        expect_finding(pair.verify_with("90\n"),
                       {"named", Reason::law_broken, "is to be excluded, and yet", {}, 90});
    }
}

TEST_CASE("verify sees a lost record that hides behind the number of excluded ones") {
    DumpPair pair(DumpPair::usual_tables());
    REQUIRE(pair.verify_with("ffsec_face_events 90\n").restorable);
    const Table& table = pair.table(kEvents);
    pair.change_records(kEvents, [&](std::vector<std::string>& r) {
        r.insert(r.begin() + 6, table.rows[8].migrated(table.new_model));
        r.erase(r.begin());
    });
    pair.reseal();
    SECTION("without the list by the digest") {
        expect_finding(
            pair.verify(),
            {"digest", Reason::record_lost, "not what the manifest calls excluded", {}, 10});
    }
    SECTION("with the list by name") {
        expect_finding(pair.verify_with("90\n"),
                       {"list", Reason::record_lost, "nor listed as failed", {}, 10});
    }
}

TEST_CASE("verify sees a loss that a forged manifest calls an exclusion only with the list") {
    std::vector<Table> tables = DumpPair::usual_tables();
    tables[0].rows[0].fate = Row::Fate::excluded;
    const DumpPair pair(std::move(tables));
    CHECK(pair.verify().verdict == "restorable (3 records failed, 2 excluded)");
    expect_finding(pair.verify_with("90\n"),
                   {"list", Reason::record_lost, "nor listed as failed", {}, 10});
}

TEST_CASE("verify counts bad records that were skipped as failed") {
    std::vector<Table> tables = DumpPair::usual_tables();
    Row bad;
    bad.bad = "{\"id\": 5, garbage";
    bad.fate = Row::Fate::failed;
    bad.reason = Reason::record_malformed;
    tables[0].rows.insert(tables[0].rows.begin() + 2, bad);
    SECTION("when they are listed") {
        const DumpPair pair(tables, {"skip-bad-records"});
        CHECK(pair.verify().verdict == "restorable (4 records failed, 1 excluded)");
    }
    SECTION("when an array is torn or does not begin, and was mended") {
        Table& objects = tables[1];
        objects.rows.back().bad = R"({"id": 8, "fac)";
        objects.rows.back().fate = Row::Fate::failed;
        objects.rows.back().reason = Reason::record_torn;
        objects.is_unclosed = true;
        objects.rows.front().bad = objects.rows.front().source();
        objects.is_unopened = true;
        const DumpPair pair(tables, {"skip-bad-records"});
        CHECK(pair.verify().verdict == "restorable (5 records failed, 1 excluded)");
    }
    SECTION("and sees one that is not listed") {
        DumpPair pair(tables, {"skip-bad-records"});
        pair.failures.erase(pair.failures.begin());
        pair.write_failures();
        expect_finding(
            pair.verify(),
            {"unlisted", Reason::record_lost, "a bad record of the source is not listed", {}, {}});
    }
    SECTION("and sees one whose bytes are listed otherwise") {
        DumpPair pair(tables, {"skip-bad-records"});
        pair.failures.front().record += " ";
        pair.write_failures();
        expect_finding(pair.verify(),
                       {"other bytes", Reason::failures_differ, "is not the one at byte", {}, {}});
    }
}

// NOLINTEND(clang-analyzer-cplusplus.NewDeleteLeaks)

}  // namespace ffdump

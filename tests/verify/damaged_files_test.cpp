// SPDX-License-Identifier: Apache-2.0
#include "damage.hpp"
#include "support/exhaustive_step.hpp"

#include "ffdump/journal/output_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace ffdump {
namespace {

constexpr std::string_view kEvents = "ffsec_face_events.json";
constexpr std::string_view kObjects = "ffsec_face_objects.json";
constexpr std::string_view kBodies = "ffsec_body_events.json";
constexpr std::string_view kClusters = "ffsec_face_clusters.json";

/// Changes the bytes of a file of the new dump.
template <class Change>
std::function<void(DumpPair&)> bytes_of(std::string_view name, Change change) {
    return [=](DumpPair& pair) {
        std::string bytes = pair.target_bytes(name);
        change(bytes);
        pair.write_target(name, bytes);
    };
}

std::string manifest_path(const DumpPair& pair) {
    return OutputDirectory(pair.options.to).manifest();
}

}  // namespace

// The analyzer loses sight of the std::functions in the tables of damages below.
// NOLINTBEGIN(clang-analyzer-cplusplus.NewDeleteLeaks)

TEST_CASE("verify sees files that are missing, extra or renamed") {
    const std::vector<Damage> damages{
        {"missing",
         Reason::file_missing,
         "is not there",
         [](DumpPair& pair) { std::filesystem::remove(pair.target_path(kEvents)); },
         {}},
        {"extra",
         Reason::file_extra,
         "does not name this file",
         [](DumpPair& pair) { pair.write_target("more.json", ""); },
         {}},
        {"extra folder",
         Reason::file_extra,
         "does not name this file",
         [](DumpPair& pair) { pair.write_target("folder/a.json", ""); },
         {}},
        {"dropped gallery present",
         Reason::file_extra,
         "is dropped",
         [](DumpPair& pair) { pair.write_target(kClusters, pair.table(kClusters).source()); },
         {}},
        {"renamed: missing",
         Reason::file_missing,
         "is not there",
         [](DumpPair& pair) {
             std::filesystem::rename(pair.target_path(kEvents), pair.target_path("x.json"));
         },
         {}},
        {"renamed: extra",
         Reason::file_extra,
         "does not name this file",
         [](DumpPair& pair) {
             std::filesystem::rename(pair.target_path(kEvents), pair.target_path("x.json"));
         },
         {}},
        {"exchanged",
         Reason::checksum_differs,
         "bytes",
         [](DumpPair& pair) {
             const std::string bytes = pair.target_bytes(kEvents);
             pair.write_target(kEvents, pair.target_bytes(kBodies));
             pair.write_target(kBodies, bytes);
         },
         {}},
        {"source misses a file",
         Reason::source_changed,
         "the source lacks this file",
         [](DumpPair& pair) { std::filesystem::remove(pair.source_path(kBodies)); },
         {}},
        {"source has a file more",
         Reason::source_changed,
         "that was not migrated",
         [](DumpPair& pair) { pair.write_source("late.json", ""); },
         {}},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage(damage);
        }
    }
}

TEST_CASE("verify passes over names that begin with a dot, and folders in the source") {
    DumpPair pair(DumpPair::usual_tables());
    pair.write_target(".notes", "mine");
    pair.write_source(".hidden", "x");
    pair.write_source("uploads/1.png", "x");
    CHECK(pair.verify().restorable);
}

TEST_CASE("verify sees files that were cut, appended to or altered") {
    const std::vector<Damage> damages{
        {"cut at a record's border", Reason::record_lost, "neither in the new dump",
         bytes_of(kEvents, [](std::string& b) { b.resize(b.rfind('\n', b.size() - 2) + 1); }),
         18446744073709551615U},
        {"cut in the middle of a record",
         Reason::record_altered,
         "could be read",
         bytes_of(kEvents, [](std::string& b) { b.resize(b.size() - 40); }),
         {}},
        {"array cut",
         Reason::record_altered,
         "",
         bytes_of(kObjects, [](std::string& b) { b.resize(b.size() - 2); }),
         {}},
        {"emptied", Reason::record_lost, "neither in the new dump",
         bytes_of(kEvents, [](std::string& b) { b.clear(); }), 10},
        {"garbage after the lines",
         Reason::record_altered,
         "could be read",
         bytes_of(kEvents, [](std::string& b) { b += "garbage\n"; }),
         {}},
        {"garbage after the array",
         Reason::record_altered,
         "",
         bytes_of(kObjects, [](std::string& b) { b += "garbage"; }),
         {}},
        {"record of itself appended", Reason::record_doubled, "more than once",
         bytes_of(kEvents, [](std::string& b) { b += b.substr(0, b.find('\n') + 1); }), 10},
        {"a zeroed stretch",
         Reason::record_altered,
         "",
         bytes_of(kEvents, [](std::string& b) { b.replace(200, 30, std::string(30, '\0')); }),
         {}},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage_of_target(damage);
        }
    }
}

TEST_CASE("verify sees every flipped byte of a new dump") {
    for (const std::string_view name : {kEvents, kObjects, kBodies}) {
        DumpPair pair(DumpPair::usual_tables());
        const std::string good = pair.target_bytes(name);
        for (std::size_t i = 0; i < good.size(); i += exhaustive_step(11)) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ 1);
            pair.write_target(name, bad);
            const VerifyReport report = pair.verify();
            INFO(name << " byte " << i);
            REQUIRE_FALSE(report.restorable);
            REQUIRE(find(report, Reason::checksum_differs) != nullptr);
            // The records alone tell it too: no checksum is needed to see it.
            REQUIRE(report.findings_total() > 1);
        }
    }
}

TEST_CASE("verify sees every length to which a new dump can be cut") {
    for (const std::string_view name : {kEvents, kObjects}) {
        DumpPair pair(DumpPair::usual_tables());
        const std::string good = pair.target_bytes(name);
        for (std::size_t length = 0; length < good.size(); length += exhaustive_step(11)) {
            pair.write_target(name, good.substr(0, length));
            const VerifyReport report = pair.verify();
            INFO(name << " cut to " << length);
            REQUIRE(find(report, Reason::checksum_differs) != nullptr);
            REQUIRE(report.findings_total() > 1);
        }
    }
}

TEST_CASE("verify sees a source that is not the one that was migrated") {
    const std::vector<Damage> damages{
        {"a byte changed",
         Reason::source_changed,
         "not the file that was migrated",
         [](DumpPair& pair) {
             std::string bytes = pair.table(kEvents).source();
             bytes[bytes.find("2026/10.png")] = '3';
             pair.write_source(kEvents, bytes);
         },
         {}},
        {"and which record", Reason::record_altered, "differs from the source's",
         [](DumpPair& pair) {
             std::string bytes = pair.table(kEvents).source();
             bytes[bytes.find("2026/10.png")] = '3';
             pair.write_source(kEvents, bytes);
         },
         10},
        {"a record more",
         Reason::source_changed,
         "not the file that was migrated",
         [](DumpPair& pair) {
             pair.write_source(kBodies,
                               pair.table(kBodies).source() + made_row(99, false).source() + "\n");
         },
         {}},
        {"torn",
         Reason::record_torn,
         "",
         [](DumpPair& pair) {
             std::string bytes = pair.table(kBodies).source();
             pair.write_source(kBodies, bytes.substr(0, bytes.size() - 9));
         },
         {}},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage(damage);
        }
    }
}

TEST_CASE("verify takes no directory without a valid manifest") {
    const std::vector<Damage> damages{
        {"no manifest, journal there",
         Reason::output_incomplete,
         "a run that is not finished",
         [](DumpPair& pair) {
             std::filesystem::remove(manifest_path(pair));
             pair.write_target(".ffdump/journal", "x");
         },
         {}},
        {"retry not finished",
         Reason::output_incomplete,
         "--retry-failed has begun",
         [](DumpPair& pair) {
             const OutputDirectory directory(pair.options.to);
             std::filesystem::rename(directory.manifest(), directory.previous_manifest());
         },
         {}},
        {"no manifest, no journal",
         Reason::output_incomplete,
         "neither a manifest nor a journal",
         [](DumpPair& pair) { std::filesystem::remove(manifest_path(pair)); },
         {}},
        {"no output directory at all",
         Reason::output_incomplete,
         "not an output directory",
         [](DumpPair& pair) {
             std::filesystem::remove_all(OutputDirectory(pair.options.to).state_folder());
         },
         {}},
        {"empty manifest",
         Reason::manifest_invalid,
         "",
         [](DumpPair& pair) { pair.write_target(".ffdump/manifest.json", ""); },
         {}},
        {"bit flipped",
         Reason::manifest_invalid,
         "",
         [](DumpPair& pair) {
             std::string text = file_bytes(manifest_path(pair));
             text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
             pair.write_target(".ffdump/manifest.json", text);
         },
         {}},
        {"another version",
         Reason::manifest_invalid,
         "",
         [](DumpPair& pair) {
             std::string text = file_bytes(manifest_path(pair));
             const std::size_t at = text.find("\"ffdump_manifest\": 1");
             REQUIRE(at != std::string::npos);
             text[at + 19] = '2';
             pair.write_target(".ffdump/manifest.json", text);
         },
         {}},
        {"profile unknown",
         Reason::profile_invalid,
         "not known here",
         [](DumpPair& pair) { pair.options.profiles.clear(); },
         {}},
        {"profile of another text",
         Reason::profile_invalid,
         "not the text",
         [](DumpPair& pair) {
             for (Profile& profile : pair.options.profiles) {
                 profile.sha256 = std::string(64, '0');
             }
         },
         {}},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage(damage);
        }
    }
}

TEST_CASE("verify trusts no number of the manifest that the files do not bear out") {
    const std::vector<Damage> damages{
        {"source digest",
         Reason::law_broken,
         "not the same ones",
         [](DumpPair& pair) {
             Tally& tally = pair.file(kBodies).tally;
             tally.source.ids.low += 1;
             tally.target.ids.low += 1;
             pair.write_manifest();
         },
         {}},
        {"counts",
         Reason::law_broken,
         "the manifest says 5",
         [](DumpPair& pair) {
             pair.file(kBodies).source_records = 5;
             Tally& tally = pair.file(kBodies).tally;
             tally.source.count = 5;
             tally.target.count = 5;
             pair.write_manifest();
         },
         {}},
        {"records of the source",
         Reason::law_broken,
         "do not add up",
         [](DumpPair& pair) {
             pair.file(kBodies).source_records += 1;
             pair.write_manifest();
         },
         {}},
        {"facen digest",
         Reason::facen_differs,
         "changed after the migration",
         [](DumpPair& pair) {
             pair.file(kEvents).tally.target.vec.high += 1;
             pair.write_manifest();
         },
         {}},
        {"reasons",
         Reason::failures_differ,
         "reasons of the failed records",
         [](DumpPair& pair) {
             auto& reasons = pair.file(kEvents).tally.failed_by_reason;
             reasons.clear();
             reasons["no_face"] = 2;
             pair.write_manifest();
         },
         {}},
    };
    for (const Damage& damage : damages) {
        DYNAMIC_SECTION(damage.name) {
            check_damage(damage);
        }
    }
}

TEST_CASE("verify fails when a dump is not there") {
    DumpPair pair(DumpPair::usual_tables());
    pair.options.from = pair.options.from + "/nowhere";
    CHECK_THROWS(pair.verify());
    DumpPair other(DumpPair::usual_tables());
    other.options.to = other.options.to + "/nowhere";
    CHECK_THROWS(other.verify());
}

// NOLINTEND(clang-analyzer-cplusplus.NewDeleteLeaks)

}  // namespace ffdump

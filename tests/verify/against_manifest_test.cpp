// SPDX-License-Identifier: Apache-2.0
#include "dump_pair.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {
namespace {

class WithoutSource {
 public:
    WithoutSource() : pair(DumpPair::usual_tables()) {
        std::filesystem::remove_all(pair.options.from);
        pair.options.from.clear();
    }
    DumpPair pair;
};

TEST_CASE("without its source a good dump is restorable, and what was not read is said") {
    const WithoutSource dump;
    const VerifyReport report = dump.pair.verify();
    INFO(render_text(report));
    CHECK(report.restorable);
    CHECK(report.verdict == "restorable (3 records failed, 1 excluded)");
    CHECK(report.not_proven.back().find("the source was not read") != std::string::npos);
    CHECK(render_text(report).find("held against the manifest alone") != std::string::npos);
    CHECK(std::ranges::all_of(report.galleries,
                              [](const GalleryReport& gallery) { return gallery.law_holds; }));
}

TEST_CASE("without its source every damage of the new dump is found") {
    const WithoutSource dump;
    const DumpPair& pair = dump.pair;
    const std::string name = "ffsec_face_events.json";
    Reason reason = Reason::internal_error;
    SECTION("one byte") {
        std::string bytes = pair.target_bytes(name);
        bytes[bytes.find("1.0e+02")] = '3';
        pair.write_target(name, bytes);
        reason = Reason::checksum_differs;
    }
    SECTION("a record dropped") {
        pair.change_records(name, [](auto& records) { records.pop_back(); });
        reason = Reason::law_broken;
    }
    SECTION("a record doubled") {
        pair.change_records(name, [](auto& records) { records.push_back(records.front()); });
        reason = Reason::record_doubled;
    }
    SECTION("another order") {
        pair.change_records(name, [](auto& records) { std::swap(records[0], records[1]); });
        reason = Reason::checksum_differs;
    }
    SECTION("a torn record") {
        pair.change_records(name, [](auto& records) { records[2].resize(30); });
        reason = Reason::record_altered;
    }
    SECTION("a file missing") {
        std::filesystem::remove(pair.target_path(name));
        reason = Reason::file_missing;
    }
    SECTION("a file renamed") {
        std::filesystem::rename(pair.target_path(name), pair.target_path("other.json"));
        reason = Reason::file_extra;
    }
    SECTION("files swapped") {
        const std::string bytes = pair.target_bytes(name);
        pair.write_target(name, pair.target_bytes("ffsec_body_events.json"));
        pair.write_target("ffsec_body_events.json", bytes);
        reason = Reason::checksum_differs;
    }
    SECTION("a failure missing") {
        std::string list = pair.target_bytes(".ffdump/failures.jsonl");
        list.resize(list.rfind('\n', list.size() - 2) + 1);
        pair.write_target(".ffdump/failures.jsonl", list);
        reason = Reason::failures_differ;
    }
    const VerifyReport report = pair.verify();
    INFO(render_text(report));
    CHECK_FALSE(report.restorable);
    CHECK(find(report, reason) != nullptr);
}

TEST_CASE("without its source facens that changed places are found by their digest") {
    WithoutSource dump;
    dump.pair.change_records("ffsec_face_events.json", [](auto& records) {
        const std::string key = "\"facen\": \"";
        const auto facen_of = [&key](std::string& record) {
            const std::size_t begin = record.find(key) + key.size();
            return std::pair(begin, record.find('"', begin) - begin);
        };
        const auto [a, a_size] = facen_of(records[0]);
        const auto [b, b_size] = facen_of(records[1]);
        const std::string first = records[0].substr(a, a_size);
        records[0].replace(a, a_size, records[1].substr(b, b_size));
        records[1].replace(b, b_size, first);
    });
    dump.pair.reseal();
    const VerifyReport report = dump.pair.verify();
    CHECK_FALSE(report.restorable);
    CHECK(find(report, Reason::facen_differs) != nullptr);
}

TEST_CASE("an older or foreign manifest is a finding when another was asked for") {
    WithoutSource dump;
    DumpPair& pair = dump.pair;
    pair.options.trust.min_sequence = 2;
    CHECK(find(pair.verify(), Reason::run_differs) != nullptr);
    pair.options.trust.min_sequence = 1;
    CHECK(pair.verify().restorable);
    pair.options.trust.run_id = std::string(32, 'f');
    CHECK(find(pair.verify(), Reason::run_differs) != nullptr);
    pair.options.trust.run_id = pair.manifest.run_id;
    CHECK(pair.verify().restorable);
    pair.options.trust.key = PublicKey{};
    const VerifyReport report = pair.verify();
    CHECK(find(report, Reason::signature_invalid) != nullptr);
    CHECK(report.verdict ==
          "not restorable: the new dump has no signature of the key that was given");
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "findings.hpp"

#include "ffdump/verify/verification.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ffdump {
namespace {

VerifyReport sample_report() {
    VerifyReport report;
    report.from = "/dump";
    report.to = "/new\x1b[31m";
    report.run_id = "0123456789abcdef0123456789abcdef";
    report.sequence = 1;
    report.tool_version = "0.1.0";
    report.started = "2026-11-24T08:00:00.000Z";
    report.ended = "2026-11-24T09:00:00.000Z";
    report.opt_outs = {"skip-bad-records"};
    GalleryReport gallery;
    gallery.gallery = "ffsec_face_events";
    gallery.file = "ffsec_face_events.json";
    gallery.action = "migrate";
    gallery.source = 100;
    gallery.target = 95;
    gallery.failed = 4;
    gallery.excluded = 1;
    gallery.was_compared = true;
    gallery.law_holds = true;
    gallery.old_model = "old_320";
    gallery.new_model = "new_480";
    gallery.old_dimension = 320;
    gallery.new_dimension = 480;
    gallery.norm_min = 0.9999;
    gallery.norm_max = 1.0001;
    report.galleries.push_back(gallery);
    gallery.gallery = "ffsec_face_clusters";
    gallery.action = "drop";
    gallery.was_compared = false;
    gallery.old_model = "";
    gallery.norm_max = 0;
    report.galleries.push_back(gallery);
    report.failures_by_reason = {{"image_missing", 4}};
    report.findings.push_back(Findings::finding(
        Reason::record_altered, at_byte("/new/a.json", 17, RecordId{18446744073709551615U}),
        "the record differs"));
    report.finding_counts = {{"record_altered", 25}};
    report.not_proven = {"that anybody is recognised"};
    report.verdict =
        "not restorable: the new dump holds a record that differs in more than the "
        "facen (+24 more findings)";
    return report;
}

}  // namespace

TEST_CASE("verify's text has a table, the findings with place and cure, and the verdict last") {
    const std::string text = render_text(sample_report());
    CHECK(text ==
          R"(source    /dump
new dump  /new\x1b[31m
run       0123456789abcdef0123456789abcdef (sequence 1), ffdump 0.1.0, 2026-11-24T08:00:00.000Z to 2026-11-24T09:00:00.000Z
note      the run was made with --skip-bad-records

gallery              action   source  target  failed  excluded  law    model (dimension)               norms
ffsec_face_events    migrate     100      95       4         1  holds  old_320 (320) -> new_480 (480)  0.999900 to 1.000100
ffsec_face_clusters  drop        100      95       4         1  -

failed records, as listed in .ffdump/failures.jsonl:
         4  image_missing: restore the image from a backup of the uploads folder, then use --retry-failed

findings:
  record_altered  /new/a.json (byte 17), record 18446744073709551615: the record differs; do not restore
  record_altered  and 24 more

not proven by this:
  that anybody is recognised

not restorable: the new dump holds a record that differs in more than the facen (+24 more findings)
)");
}

TEST_CASE("verify's JSON has a schema version, exact ids, and survives names that are not UTF-8") {
    VerifyReport report = sample_report();
    report.from = "/dump\xFF";
    const nlohmann::json json = nlohmann::json::parse(render_json(report));
    CHECK(json.at("schema_version") == 1);
    CHECK(json.at("verdict") == report.verdict);
    CHECK(json.at("restorable") == false);
    CHECK(json.at("galleries").at(0).at("failed") == 4);
    CHECK(json.at("galleries").at(1).at("compared") == false);
    CHECK(json.at("findings").at(0).at("reason") == "record_altered");
    CHECK(json.at("findings").at(0).at("record_id") == "18446744073709551615");
    CHECK(json.at("findings").at(0).at("offset") == 17);
    CHECK(json.at("findings").at(0).at("cure") == "do not restore");
    CHECK(json.at("finding_counts").at("record_altered") == 25);
    CHECK(json.at("failures_by_reason").at("image_missing") == 4);
    CHECK(json.at("from") == "/dump\uFFFD");
}

TEST_CASE("every finding speaks of the dump that it means") {
    CHECK(words_of(Reason::record_lost) == "the new dump lacks a record of the source");
    CHECK(words_of(Reason::record_torn) == "the source ends in the middle of a record");
    CHECK(words_of(Reason::source_changed) == "the source is not the dump that was migrated");
    CHECK(words_of(Reason::facen_invalid) == "the new dump holds a facen that is not valid");
    CHECK(Findings::finding(Reason::facen_invalid, {}, "").cure == "do not restore this file");
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/manifest.hpp"

#include "sample_events.hpp"

#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace ffdump {
namespace {

void check_equal(const ManifestFile& a, const ManifestFile& b) {
    CHECK(a.name == b.name);
    CHECK(a.gallery == b.gallery);
    CHECK(a.action == b.action);
    CHECK(a.profile == b.profile);
    CHECK(a.profile_sha256 == b.profile_sha256);
    CHECK(a.source_bytes == b.source_bytes);
    CHECK(a.source_fingerprint == b.source_fingerprint);
    CHECK(a.source_records == b.source_records);
    CHECK(a.target_bytes == b.target_bytes);
    CHECK(a.target_sha256 == b.target_sha256);
    CHECK(a.new_model == b.new_model);
    CHECK(a.tally == b.tally);
}

void check_equal(const Manifest& a, const Manifest& b) {
    CHECK(a.run_id == b.run_id);
    CHECK(a.sequence == b.sequence);
    CHECK(a.parent_run == b.parent_run);
    CHECK(a.tool_version == b.tool_version);
    CHECK(a.started == b.started);
    CHECK(a.ended == b.ended);
    CHECK(a.resumes == b.resumes);
    CHECK(a.source == b.source);
    CHECK(a.settings == b.settings);
    CHECK(a.opt_outs == b.opt_outs);
    CHECK(a.extraction == b.extraction);
    CHECK(a.failures_bytes == b.failures_bytes);
    CHECK(a.failures_sha256 == b.failures_sha256);
    CHECK(a.failures_records == b.failures_records);
    CHECK(a.failures_by_reason == b.failures_by_reason);
    REQUIRE(a.files.size() == b.files.size());
    for (std::size_t i = 0; i < a.files.size(); ++i) {
        check_equal(a.files[i], b.files[i]);
    }
}

TEST_CASE("a manifest survives being written and read") {
    const Manifest manifest = sample_manifest();
    check_equal(parse_manifest(manifest_text(manifest)).value(), manifest);
}

TEST_CASE("a manifest of nothing survives being written and read") {
    Manifest manifest = sample_manifest();
    manifest.files.clear();
    manifest.settings.clear();
    manifest.opt_outs.clear();
    manifest.failures_records = 0;
    manifest.failures_by_reason.clear();
    manifest.sequence = 3;
    manifest.parent_run = std::string(32, 'f');
    check_equal(parse_manifest(manifest_text(manifest)).value(), manifest);
}

TEST_CASE("names and models in any script survive the manifest") {
    Manifest manifest = sample_manifest();
    manifest.files[0].name = "\"a\\\xD0\xB1\xE2\x80\xA8\n.json";
    manifest.files[0].gallery = "\xD0\xB3\xD0\xB0\xD0\xBB\xD0\xB5\xD1\x80\xD0\xB5\xD1\x8F";
    manifest.files[0].tally.old_model = "\xF0\x9F\x98\x80";
    check_equal(parse_manifest(manifest_text(manifest)).value(), manifest);
}

TEST_CASE("text that is not UTF-8 is spelled in the manifest, which is always UTF-8") {
    Manifest manifest = sample_manifest();
    manifest.source = "/backup/\xFF";
    manifest.settings["path"] = "\xFE";
    manifest.opt_outs = {"\xFD"};
    const Manifest read = parse_manifest(manifest_text(manifest)).value();
    CHECK(read.source == "/backup/\\xff");
    CHECK(read.settings.at("path") == "\\xfe");
    CHECK(read.opt_outs.front() == "\\xfd");
}

TEST_CASE("the manifest's last line is the SHA-256 of all that stands before it") {
    const std::string text = manifest_text(sample_manifest());
    const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
    CHECK(text.substr(last) ==
          "\"manifest_sha256\": \"" + sha256_hex(text.substr(0, last)) + "\"}\n");
    CHECK(nlohmann::json::accept(text));
}

TEST_CASE("a manifest sums up galleries and evaluates the law") {
    Manifest manifest = sample_manifest();
    nlohmann::json document = nlohmann::json::parse(manifest_text(manifest));
    REQUIRE(document["galleries"].size() == 2);
    const nlohmann::json& events = document["galleries"][0];
    CHECK(events["gallery"] == "ffsec_face_events");
    CHECK(events["files"] == 2);
    CHECK(events["source"]["count"] == 12);
    CHECK(events["target"]["count"] == 6);
    CHECK(events["failed"]["count"] == 4);
    CHECK(events["excluded"]["count"] == 2);
    CHECK(events["source"]["ids"] == "00000000000000020000000000000078");
    CHECK(document["law"].dump() ==
          R"([{"count":true,"gallery":"ffsec_face_events","ids":true,"rest":true},)"
          R"({"count":true,"gallery":"ffsec_persons","ids":true,"rest":true}])");

    manifest.files[1].tally.target.count += 1;
    manifest.files[1].tally.excluded.ids += Sum128{1, 0};
    document = nlohmann::json::parse(manifest_text(manifest));
    CHECK(document["law"][0].dump() ==
          R"({"count":false,"gallery":"ffsec_face_events","ids":false,"rest":true})");
    // A broken law is a finding of verify, not of the reader.
    CHECK_FALSE(parse_manifest(manifest_text(manifest)).value().files[1].tally.law_holds());
}

TEST_CASE("a dropped file has no target in the manifest") {
    const nlohmann::json document = nlohmann::json::parse(manifest_text(sample_manifest()));
    CHECK(document["files"][0].contains("target"));
    CHECK_FALSE(document["files"][2].contains("target"));
}

TEST_CASE("a manifest says what it does not prove") {
    const nlohmann::json document = nlohmann::json::parse(manifest_text(sample_manifest()));
    REQUIRE(document["not_proven"].size() == 3);
    CHECK(document["not_proven"][0].get<std::string>().find("ffdump verify --sample") !=
          std::string::npos);
}

TEST_CASE("the same manifest has the same bytes") {
    CHECK(manifest_text(sample_manifest()) == manifest_text(sample_manifest()));
}

}  // namespace
}  // namespace ffdump

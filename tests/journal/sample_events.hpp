// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/run_events.hpp"

#include <string>

namespace ffdump {

/// A tally in which the law holds and no two numbers are equal by chance.
[[nodiscard]] inline Tally sample_tally() {
    Tally tally;
    tally.source = {.count = 6, .ids = {60, 1}, .rest = {600, 2}, .vec = {}};
    tally.target = {.count = 3, .ids = {30, 0}, .rest = {300, 1}, .vec = {7, 8}};
    tally.failed = {.count = 2, .ids = {20, 1}, .rest = {200, 1}, .vec = {}};
    tally.excluded = {.count = 1, .ids = {10, 0}, .rest = {100, 0}, .vec = {}};
    tally.failed_by_reason = {{"image_missing", 1}, {"no_face", 1}};
    tally.old_dimension = 320;
    tally.new_dimension = 512;
    tally.norm_min = 0.99999988;
    tally.norm_max = 1.0000002;
    tally.old_model = "jackfruit_320";
    tally.with_model = 5;
    return tally;
}

[[nodiscard]] inline RunBegin sample_run_begin() {
    RunBegin begin;
    begin.run_id = "0123456789abcdef0123456789abcdef";
    begin.sequence = 2;
    begin.parent_run = "fedcba9876543210fedcba9876543210";
    begin.tool_version = "0.1.0";
    begin.started = "2026-11-24T08:13:43.120Z";
    begin.source = "/backup/dump\xFF";
    begin.retry_failed = true;
    begin.opt_outs = "no-canaries\nskip-bad-records";
    begin.settings = {{"extraction.url", "http://127.0.0.1:18666"}, {"empty", ""}};
    PlannedFile file;
    file.name = "a.json";
    file.gallery = "a";
    file.action = "migrate";
    file.target = "a.json.zst";
    file.source_bytes = 0xFFFFFFFFFFFFFFFF;
    file.profile = "json-lines";
    file.profile_sha256 = std::string(64, 'a');
    file.identity = {.device = 1,
                     .inode = 0xFFFFFFFFFFFFFFFF,
                     .size = 3,
                     .mtime_ns = -4,
                     .ctime_ns = 1'800'000'000'000'000'000};
    file.records = 6;
    file.fingerprint = std::string(32, 'b');
    file.new_model = "kiwi_512";
    begin.files.push_back(file);
    file.name = "b.json";
    file.identity.size = 5;
    begin.files.push_back(file);
    return begin;
}

[[nodiscard]] inline CommitEvent sample_commit() {
    CommitEvent event;
    event.file = 1;
    event.source_offset = 2;
    event.source_line = 3;
    event.source_ordinal = 4;
    event.target_offset = 0xFFFFFFFFFFFFFFFF;
    event.region_begin = 6;
    event.region_hash = std::string(32, 'c');
    event.failures_offset = 7;
    event.failures_hash = std::string(32, 'd');
    event.emitted = 8;
    event.first_lead = std::string("\0\xFF\n", 3);
    event.has_first_lead = true;
    event.slash_escaped = true;
    event.head = "{\"count\":8 }\xFF\n";
    event.tally = sample_tally();
    return event;
}

[[nodiscard]] inline FileSealed sample_sealed() {
    FileSealed event;
    event.file = 0xFFFFFFFF;
    event.bytes = 1ULL << 40U;
    event.sha256 = std::string(64, 'd');
    event.tally = sample_tally();
    return event;
}

/// Two files of one gallery and a dropped one of another.
[[nodiscard]] inline Manifest sample_manifest() {
    Manifest manifest;
    manifest.run_id = "0123456789abcdef0123456789abcdef";
    manifest.tool_version = "0.1.0";
    manifest.started = "2026-11-24T08:13:43.120Z";
    manifest.ended = "2026-11-24T09:02:10.004Z";
    manifest.resumes = 1;
    manifest.source = "/backup/dump";
    manifest.settings = {{"batch", "8"}, {"extraction.url", "http://127.0.0.1:18666"}};
    manifest.opt_outs = {"--skip-bad-records"};
    manifest.extraction = "http://127.0.0.1:18666/ (v1, prenormalized)";
    ManifestFile file;
    file.name = "ffsec_face_events.json";
    file.gallery = "ffsec_face_events";
    file.action = "migrate";
    file.profile = "json-lines";
    file.profile_sha256 = std::string(64, 'a');
    file.source_bytes = 12'345;
    file.source_fingerprint = std::string(32, 'b');
    file.source_records = 6;
    file.target_bytes = 9'876;
    file.target_sha256 = std::string(64, 'c');
    file.new_model = "kiwi_512";
    file.tally = sample_tally();
    manifest.files.push_back(file);
    file.name = "ffsec_face_events_2.json";
    manifest.files.push_back(file);
    ManifestFile dropped;
    dropped.name = "ffsec_persons.json";
    dropped.gallery = "ffsec_persons";
    dropped.action = "drop";
    dropped.profile = "json-lines";
    dropped.profile_sha256 = std::string(64, 'a');
    dropped.source_bytes = 77;
    dropped.source_fingerprint = std::string(32, 'd');
    dropped.source_records = 1;
    manifest.files.push_back(dropped);
    manifest.failures_bytes = 420;
    manifest.failures_sha256 = std::string(64, 'e');
    manifest.failures_records = 4;
    manifest.failures_by_reason = {{"image_missing", 2}, {"no_face", 2}};
    return manifest;
}

}  // namespace ffdump

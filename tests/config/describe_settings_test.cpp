// SPDX-License-Identifier: Apache-2.0
#include "settings_fixture.hpp"

#include <catch2/catch.hpp>

using namespace ffdump;

TEST_CASE_METHOD(SettingsFixture, "settings are described by the keys of the file") {
    const auto texts =
        describe_settings(settings(vendor_text() + "ffdump:\n  galleries:\n"
                                                   "    x: {action: copy, dimension: 3}\n"
                                                   "    y: {extraction: {api: v2}}\n"));
    CHECK(texts.at("extraction-api.extraction-api") == "http://127.0.0.1:18666");
    CHECK(texts.at("extraction-api.timeouts.overall") == "35s");
    CHECK(texts.at("extraction-api.timeouts.idle_connection") == "0s");
    CHECK(texts.at("workers_num") == "3");
    CHECK(texts.at("normalized_storage.type") == "webdav");
    CHECK(texts.at("normalized_storage.webdav.upload-url") == "http://127.0.0.1:3333/uploads/");
    CHECK(texts.at("ffdump.extraction.detector") == "prenormalized");
    CHECK(texts.at("ffdump.galleries.x.action") == "copy");
    CHECK(texts.at("ffdump.galleries.x.dimension") == "3");
    CHECK(texts.at("ffdump.galleries.y.extraction.attributes") == "face_emben");
    CHECK(texts.at("ffdump.retry.give_up_after") == "30m");
    CHECK(texts.at("ffdump.limits.window_bytes") == "24MiB");
    CHECK(texts.at("ffdump.norm_tolerance") == "0.001");
}

TEST_CASE_METHOD(SettingsFixture, "a description holds every change of a setting") {
    const auto before = describe_settings(settings(base_text()));
    for (const char* change : {"workers_num=4",
                               "faces_limit=7",
                               "extraction_batch_size=2",
                               "ffdump.model=m",
                               "extraction-api.timeouts.connect=1s",
                               "extraction-api.timeouts.response_header=1s",
                               "extraction-api.timeouts.overall=1s",
                               "extraction-api.timeouts.idle_connection=1s",
                               "extraction-api.extraction-api=http://x",
                               "normalized_storage.webdav.upload-url=http://x",
                               "normalized_storage={type: directory, directory: {path: x}}",
                               "ffdump.extraction.api=v2",
                               "ffdump.extraction.path=/x",
                               "ffdump.extraction.detector=nnd",
                               "ffdump.extraction.objects=x",
                               "ffdump.extraction.vector=x",
                               "ffdump.galleries.x.action=copy",
                               "ffdump.galleries.x.model=m",
                               "ffdump.retry.attempts=8",
                               "ffdump.retry.base_delay=1s",
                               "ffdump.retry.max_delay=1m",
                               "ffdump.retry.max_retry_after=1s",
                               "ffdump.retry.probe_max=1s",
                               "ffdump.retry.give_up_after=1s",
                               "ffdump.retry.breaker_faults=9",
                               "ffdump.limits.record_bytes=1MiB",
                               "ffdump.limits.image_bytes=1MiB",
                               "ffdump.limits.window_bytes=1MiB",
                               "ffdump.limits.depth=9",
                               "ffdump.storage_timeouts.connect=1s",
                               "ffdump.storage_timeouts.response_header=1s",
                               "ffdump.storage_timeouts.overall=1s",
                               "ffdump.storage_timeouts.idle_connection=1s",
                               "ffdump.tls.ca_file=x",
                               "ffdump.norm_tolerance=0.1",
                               "ffdump.fetches=1",
                               "workers_num=auto",
                               "extraction_batch_size=auto",
                               "ffdump.retry.share=0.2",
                               "ffdump.limits.batch_bytes=1MiB",
                               "ffdump.adaptive.workers_most=9",
                               "ffdump.adaptive.batch_most=9",
                               "ffdump.adaptive.fetches_most=9",
                               "ffdump.image_hosts=[http://x]"}) {
        CAPTURE(change);
        overrides.assignments = {change};
        CHECK(describe_settings(settings(base_text())) != before);
    }
}

TEST_CASE_METHOD(SettingsFixture, "a description holds no secret and no user info") {
    read_secret = [](const std::string&) -> Result<std::string> { return "hush-from-file"; };
    Settings s = settings(
        "extraction-api: {extraction-api: 'http://e'}\n"
        "normalized_storage: {type: s3, s3: {endpoint: h, bucket-name: abc, "
        "access-key: hush-key, secret-access-key-file: /k}}\n");
    REQUIRE(s.storage.s3.access_key.reveal() == "hush-key");
    REQUIRE(s.storage.s3.secret_access_key.reveal() == "hush-from-file");
    s.extraction_urls = {"http://user:hush@e:1/path?token=hush#hush"};
    s.image_hosts = {"http://hush@x"};
    s.storage.s3.public_url = "http://p/?hush";
    for (const auto& [key, text] : describe_settings(s)) {
        CAPTURE(key);
        CHECK(text.find("hush") == std::string::npos);
    }
    CHECK(describe_settings(s).at("extraction-api.extraction-api") == "http://e:1/path");
}

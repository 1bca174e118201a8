// SPDX-License-Identifier: Apache-2.0
#include "ffdump/config/load_settings.hpp"

#include "settings_fixture.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <vector>

using namespace ffdump;
using namespace std::chrono_literals;

TEST_CASE_METHOD(SettingsFixture, "the vendor's migration.ini is accepted exactly as it stands") {
    const Settings s = settings(vendor_text());
    CHECK(s.extraction_urls == std::vector<std::string>{"http://127.0.0.1:18666"});
    CHECK(s.extraction_timeouts.connect == 5s);
    CHECK(s.extraction_timeouts.response_header == 30s);
    CHECK(s.extraction_timeouts.overall == 35s);
    CHECK(s.extraction_timeouts.idle_connection == 0s);
    CHECK(s.workers == 3);
    CHECK(s.faces_limit == 100);
    CHECK(s.batch_size == 8);
    CHECK(s.storage.type == StorageType::webdav);
    CHECK(s.storage.enabled);
    CHECK(s.storage.upload_url == "http://127.0.0.1:3333/uploads/");
    CHECK(s.extraction == ExtractionTarget{});
    CHECK(s.galleries.empty());
    REQUIRE(s.notices.size() == 1);
    CHECK(
        s.notices[0] ==
        "storage-api-from and storage-api-to: accepted and not used, since ffdump reads and writes "
        "dump files and never connects to shards");
}

TEST_CASE_METHOD(SettingsFixture, "sections of shards are accepted whatever they hold") {
    CHECK(settings(base_text() + "storage-api-from: {any: [{thing: 1}]}\n").notices.size() == 1);
    CHECK(
        settings(base_text() + "storage-api-to:\n").notices.front().starts_with("storage-api-to:"));
    CHECK(settings(base_text() + "storage-api-to: nothing\n").notices.size() == 1);
    CHECK(settings(base_text()).notices.empty());
}

TEST_CASE_METHOD(SettingsFixture, "booleans are read in every spelling that YAML of Go knows") {
    const std::string head =
        "extraction-api: {extraction-api: 'http://e'}\n"
        "normalized_storage: {webdav: {upload-url: 'http://u'}, enabled: ";
    for (const char* word : {"true", "True", "TRUE", "yes", "Yes", "on", "ON"}) {
        CAPTURE(word);
        CHECK(settings(head + word + "}\n").storage.enabled);
    }
}

TEST_CASE_METHOD(SettingsFixture, "keys of S3 are read when the type is s3") {
    const std::string text =
        "extraction-api: {extraction-api: 'http://e'}\n"
        "normalized_storage:\n  type: s3\n  s3:\n"
        "    endpoint: minio.local:9000\n    bucket-name: faces\n"
        "    access-key: AK\n    secret-access-key: 'hush # hush'\n"
        "    secure: ''\n    region: ''\n    public-url: ''\n"
        "    operation-timeout: 30\n";
    const Settings s = settings(text);
    CHECK(s.storage.type == StorageType::s3);
    CHECK(s.storage.s3.endpoint == "minio.local:9000");
    CHECK(s.storage.s3.bucket_name == "faces");
    CHECK(s.storage.s3.access_key.reveal() == "AK");
    CHECK(s.storage.s3.secret_access_key.reveal() == "hush # hush");
    CHECK(s.storage.s3.secure);
    CHECK(s.storage.s3.operation_timeout == 30s);
}

TEST_CASE_METHOD(SettingsFixture, "an S3 operation-timeout may also have a unit") {
    const Settings s = settings(
        "extraction-api: {extraction-api: 'http://e'}\n"
        "normalized_storage: {type: s3, s3: {endpoint: 'https://s:1', "
        "bucket-name: abc, secure: False, operation-timeout: 1m30s}}\n");
    CHECK(s.storage.s3.operation_timeout == 90s);
    CHECK_FALSE(s.storage.s3.secure);
}

TEST_CASE_METHOD(SettingsFixture, "secrets are read from files only for the type that uses them") {
    std::vector<std::string> asked;
    read_secret = [&asked](const std::string& path) -> Result<std::string> {
        asked.push_back(path);
        return "from " + path + "\r\n";
    };
    const std::string s3 =
        "s3: {endpoint: h, bucket-name: abc, access-key-file: /k/a, "
        "secret-access-key: '', secret-access-key-file: /k/s}}\n";
    const std::string head = "extraction-api: {extraction-api: 'http://e'}\nnormalized_storage: {";
    const Settings used = settings(head + "type: s3, " + s3);
    CHECK(asked == std::vector<std::string>{"/k/a", "/k/s"});
    CHECK(used.storage.s3.access_key.reveal() == "from /k/a");
    CHECK(used.storage.s3.secret_access_key.reveal() == "from /k/s");
    asked.clear();
    static_cast<void>(settings(head + "webdav: {upload-url: 'http://u'}, " + s3));
    CHECK(asked.empty());
}

TEST_CASE_METHOD(SettingsFixture, "a folder of images needs nothing but its path") {
    const Settings s = settings(
        "extraction-api: {extraction-api: 'http://e'}\n"
        "normalized_storage: {type: directory, directory: {path: /u}}\n");
    CHECK(s.storage.type == StorageType::directory);
    CHECK(s.storage.directory == "/u");
}

TEST_CASE_METHOD(SettingsFixture, "our own keys are read") {
    const Settings s = settings(base_text() + R"(ffdump:
  model: jackfruit_480
  norm_tolerance: 2.5e-3
  fetches: 40
  retry: {attempts: 5, base_delay: 100ms, max_delay: 1m, max_retry_after: 3m, probe_max: 2m,
          give_up_after: 0s, breaker_faults: 7}
  limits: {record_bytes: 8MiB, image_bytes: 1048576, window_bytes: 1 GiB, depth: 32}
  storage_timeouts: {connect: 1s, response_header: 2s, overall: 3s, idle_connection: 4s}
  tls: {ca_file: /etc/ca.pem}
  image_hosts: ['http://old:3333', "https://other/"]
)");
    CHECK(s.model == "jackfruit_480");
    CHECK(s.norm_tolerance == 2.5e-3);
    CHECK(s.fetches == 40);
    CHECK(s.retry.attempts == 5);
    CHECK(s.retry.base_delay == 100ms);
    CHECK(s.retry.max_delay == 1min);
    CHECK(s.retry.max_retry_after == 3min);
    CHECK(s.retry.probe_max == 2min);
    CHECK(s.retry.give_up_after == 0s);
    CHECK(s.retry.breaker_faults == 7);
    CHECK(s.limits.record_bytes == 8U << 20U);
    CHECK(s.limits.image_bytes == 1U << 20U);
    CHECK(s.limits.window_bytes == 1U << 30U);
    CHECK(s.limits.depth == 32);
    CHECK(s.storage_timeouts.connect == 1s);
    CHECK(s.storage_timeouts.idle_connection == 4s);
    CHECK(s.ca_file == "/etc/ca.pem");
    CHECK(s.image_hosts == std::vector<std::string>{"http://old:3333", "https://other"});
}

TEST_CASE_METHOD(SettingsFixture, "galleries are read, and the best matching key holds") {
    const Settings s = settings(base_text() + R"(ffdump:
  galleries:
    ffsec_face_events: {model: m1, expected_model: m0, dimension: 480, object_type: face}
    "*": {action: copy}
    "*_events": {action: migrate}
    "ffsec_*_ev*": {action: drop}
    "?b": {model: first}
    "a?": {model: second}
    quiet:
)");
    const GallerySettings exact = s.gallery("ffsec_face_events");
    CHECK(exact.action == GalleryAction::automatic);
    CHECK(exact.model == "m1");
    CHECK(exact.expected_model == "m0");
    CHECK(exact.dimension == 480);
    CHECK(exact.object_type == "face");
    CHECK(s.gallery("ffsec_body_events").action == GalleryAction::drop);
    CHECK(s.gallery("other_events").action == GalleryAction::migrate);
    CHECK(s.gallery("anything").action == GalleryAction::copy);
    CHECK(s.gallery("ab").model == "first");
    CHECK(s.gallery("quiet").action == GalleryAction::automatic);
    CHECK(settings(base_text()).gallery("x").action == GalleryAction::automatic);
}

TEST_CASE_METHOD(SettingsFixture, "api v2 brings its own path, detector and places") {
    const auto target = [this](const std::string& keys) {
        return settings(base_text() + "ffdump: {extraction: {" + keys + "}}\n").extraction;
    };
    const ExtractionTarget v2 = target("api: v2");
    CHECK(v2.path == "/v2");
    CHECK(v2.detector == "face");
    CHECK(v2.attributes == std::vector<std::string>{"face_emben"});
    CHECK(v2.objects == "objects.face");
    CHECK(v2.vector == "**.face_emben.result");

    const ExtractionTarget body = target("api: v2, detector: body");
    CHECK(body.attributes == std::vector<std::string>{"body_emben"});
    CHECK(body.objects == "objects.body");
    CHECK(body.vector == "**.body_emben.result");

    const ExtractionTarget plain = target("api: v2, detector: prenormalized");
    CHECK(plain.objects == "objects.face");

    const ExtractionTarget car =
        target("api: v2, detector: prenormalized, attributes: [quality, car_emben]");
    CHECK(car.objects == "objects.car");
    CHECK(car.vector == "**.car_emben.result");

    const ExtractionTarget own = target("api: v2, path: /x/v2, objects: a.b, vector: c.d");
    CHECK(own.path == "/x/v2");
    CHECK(own.objects == "a.b");
    CHECK(own.vector == "c.d");

    const ExtractionTarget v1 = target("detector: nnd, path: /facenapi");
    CHECK(v1.api == ApiVersion::v1);
    CHECK(v1.detector == "nnd");
    CHECK(v1.objects == "faces");
    CHECK(v1.vector == "facen");
}

TEST_CASE_METHOD(SettingsFixture, "a gallery's extraction is laid over the default's") {
    const Settings s = settings(base_text() + R"(ffdump:
  extraction: {api: v2, path: /lb/v2, detector: prenormalized}
  galleries:
    bodies: {extraction: {attributes: [body_emben]}}
    old: {extraction: {api: v1}}
    plain: {model: m}
)");
    const ExtractionTarget bodies = *s.gallery("bodies").extraction;
    CHECK(bodies.api == ApiVersion::v2);
    CHECK(bodies.path == "/lb/v2");
    CHECK(bodies.objects == "objects.body");
    CHECK(bodies.vector == "**.body_emben.result");
    CHECK(*s.gallery("old").extraction == ExtractionTarget{});
    CHECK_FALSE(s.gallery("plain").extraction);
}

TEST_CASE_METHOD(SettingsFixture,
                 "without a gallery to migrate no service and no image is needed") {
    CHECK(settings("ffdump: {galleries: {'*': {action: copy}, x: {action: drop}}}\n")
              .extraction_urls.empty());
    CHECK(settings("normalized_storage: {enabled: false}\n"
                   "ffdump: {galleries: {'*': {action: drop}}}\n")
              .storage.enabled == false);
    CHECK(mistakes("ffdump: {galleries: {'*': {action: copy}, x: {action: migrate}}}\n")
              .find("is missing") != std::string::npos);
}

TEST_CASE_METHOD(SettingsFixture, "numbers that are found out are written as auto") {
    const Settings s = settings(base_text() +
                                "workers_num: auto\nextraction_batch_size: auto\n"
                                "ffdump: {fetches: auto, adaptive: {workers_most: 7}}\n");
    CHECK(s.workers == 0);
    CHECK(s.batch_size == 0);
    CHECK(s.fetches == 0);
    CHECK(s.adaptive.workers_most == 7);
}

TEST_CASE_METHOD(SettingsFixture, "extraction-api may be a list of different servers") {
    const auto with = [](const std::string& list) {
        return "extraction-api: {extraction-api: " + list +
               "}\nnormalized_storage: {webdav: {upload-url: 'http://u/uploads/'}}\n";
    };
    const Settings s = settings(with("['http://a:1', 'http://b:2']"));
    CHECK(s.extraction_urls == std::vector<std::string>{"http://a:1", "http://b:2"});
    const auto twice = load(with("['http://a:1', 'http://a:1']"));
    REQUIRE_FALSE(twice);
    CHECK(twice.error().front().detail().find("one URL twice") != std::string::npos);
    CHECK_FALSE(load(with("[a]")));
    CHECK_FALSE(load(with("[]")));
}

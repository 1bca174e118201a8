// SPDX-License-Identifier: Apache-2.0
#include "settings_fixture.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace ffdump;
using namespace std::chrono_literals;

TEST_CASE_METHOD(SettingsFixture, "options of the command line hold over the file") {
    overrides.extraction_url = "http://other:1";
    overrides.upload_url = "https://up/x";
    overrides.workers = "7";
    overrides.batch_size = "2";
    overrides.model = "kiwi_320";
    overrides.give_up_after = 90s;
    const Settings s = settings(vendor_text());
    CHECK(s.extraction_urls == std::vector<std::string>{"http://other:1"});
    CHECK(s.storage.upload_url == "https://up/x");
    CHECK(s.workers == 7);
    CHECK(s.batch_size == 2);
    CHECK(s.model == "kiwi_320");
    CHECK(s.retry.give_up_after == 90s);
    CHECK(s.faces_limit == 100);
}

TEST_CASE_METHOD(SettingsFixture, "options alone make a whole configuration") {
    overrides.extraction_url = "http://other:1";
    overrides.images_directory = "/backup/uploads";
    const Settings s = settings("");
    CHECK(s.storage.type == StorageType::directory);
    CHECK(s.storage.directory == "/backup/uploads");
    CHECK(s.storage.enabled);
}

TEST_CASE_METHOD(SettingsFixture, "a folder of images replaces the storage of the file") {
    overrides.images_directory = "/backup/uploads";
    const Settings s = settings(
        "extraction-api: {extraction-api: 'http://e'}\n"
        "normalized_storage: {type: s3, enabled: false}\n");
    CHECK(s.storage.type == StorageType::directory);
    CHECK(s.storage.enabled);
}

TEST_CASE_METHOD(SettingsFixture, "assignments hold over the file and over options") {
    overrides.workers = "7";
    overrides.assignments = {"workers_num=9",
                             "ffdump.retry.attempts=5",
                             "ffdump.galleries.ffsec_face_events.action=copy",
                             "ffdump.galleries.*.model='a = b'",
                             "ffdump.image_hosts=[http://a:1, 'http://b:2']",
                             "ffdump.extraction={api: v2, detector: body}",
                             "ffdump.retry.attempts=6"};
    const Settings s = settings(vendor_text());
    CHECK(s.workers == 9);
    CHECK(s.retry.attempts == 6);
    CHECK(s.gallery("ffsec_face_events").action == GalleryAction::copy);
    CHECK(s.gallery("x").model == "a = b");
    CHECK(s.image_hosts.size() == 2);
    CHECK(s.extraction.objects == "objects.body");
}

TEST_CASE_METHOD(SettingsFixture, "a mistake in an override names the override") {
    const auto mistake = [this](const std::string& assignment) {
        overrides.assignments = {assignment};
        return mistakes(vendor_text());
    };
    CHECK(
        mistake("workers_num=0") ==
        "--set workers_num: workers_num is 0, which is out of range; write a number from 1 to 1024 "
        "[config_invalid]\n");
    CHECK(mistake("ffdump.retry.atempts=5") ==
          "--set ffdump.retry.atempts: unknown key ffdump.retry.atempts; did you mean "
          "ffdump.retry.attempts? [config_invalid]\n");
    CHECK(
        mistake("ffdump={retry: {attempts: x}}") ==
        "--set ffdump: ffdump.retry.attempts is x, which is no whole number; write a number from 1 "
        "to 100 [config_invalid]\n");
    CHECK(mistake("workers_num.x=1") ==
          "--set workers_num.x: workers_num.x lies under a value that is no section; name a key as "
          "it stands in the file, or correct the file [config_invalid]\n");
    CHECK(mistake("workers_num") ==
          "--set workers_num: this is no assignment; write KEY=VALUE, such as "
          "ffdump.retry.attempts=5 [config_invalid]\n");
    CHECK(mistake("a..b=1") ==
          "--set a..b: this is no assignment; write KEY=VALUE, such as "
          "ffdump.retry.attempts=5 [config_invalid]\n");
    CHECK(mistake("ffdump.model=[a") ==
          "--set ffdump.model:1:1: a key must be a plain word, or a bracket is not closed; correct "
          "the configuration [config_invalid]\n");
    CHECK(
        mistake("ffdump.model=*x") ==
        "--set ffdump.model:1:1: an alias (*) is not allowed here; write the value out, or put it "
        "into quotes when it begins with * [config_invalid]\n");
}

TEST_CASE_METHOD(SettingsFixture, "a mistake in an option names the command line") {
    overrides.extraction_url = "localhost:1";
    overrides.workers = "5000";
    CHECK(mistakes(vendor_text()) ==
          "command line or environment: extraction-api.extraction-api has no scheme; begin it with "
          "http:// or https:// [config_invalid]\n"
          "command line or environment: workers_num is 5000, which is out of range; write a number "
          "from 1 to 1024 [config_invalid]\n");
}

TEST_CASE_METHOD(SettingsFixture, "an upload URL beside a folder of images is refused") {
    overrides.upload_url = "http://u";
    overrides.images_directory = "/u";
    CHECK(
        mistakes(vendor_text()) ==
        "command line or environment: an upload URL and a folder of images are given; give one of "
        "the two [config_invalid]\n");
}

TEST_CASE_METHOD(SettingsFixture, "the command line takes several servers, and auto for numbers") {
    overrides.extraction_url = "http://a:1,http://b:2";
    overrides.workers = "auto";
    overrides.batch_size = "auto";
    const Settings s = settings(base_text());
    CHECK(s.extraction_urls == std::vector<std::string>{"http://a:1", "http://b:2"});
    CHECK(s.workers == 0);
    CHECK(s.batch_size == 0);
}

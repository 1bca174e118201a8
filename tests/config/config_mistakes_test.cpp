// SPDX-License-Identifier: Apache-2.0
#include "settings_fixture.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace ffdump;

namespace {

struct Row {
    const char* text;     ///< after the two lines of base_text, so it begins on line 3
    const char* message;  ///< without "migration.ini:" and " [config_invalid]"
};

/// `line` as one_line() gives it.
std::string framed(const std::string& message) {
    return "migration.ini:" + message + " [config_invalid]\n";
}

}  // namespace

TEST_CASE_METHOD(SettingsFixture, "unknown keys are told with their place and the nearest key") {
    const std::vector<Row> rows = {
        {"wrokers_num: 3", "3:1: unknown key wrokers_num; did you mean workers_num?"},
        {"workers-num: 3", "3:1: unknown key workers-num; did you mean workers_num?"},
        {"Faces_Limit: 3", "3:1: unknown key Faces_Limit; did you mean faces_limit?"},
        {"storage-api-form: {}",
         "3:1: unknown key storage-api-form; did you mean storage-api-from?"},
        {"upload-url: x",
         "3:1: unknown key upload-url; did you mean normalized_storage.webdav.upload-url?"},
        {"detector: nnd", "3:1: unknown key detector; did you mean ffdump.extraction.detector?"},
        {"retry: {}", "3:1: unknown key retry; did you mean ffdump.retry?"},
        {"conect: 1s",
         "3:1: unknown key conect; did you mean ffdump.storage_timeouts.connect or "
         "extraction-api.timeouts.connect?"},
        {"<<: {}",
         "3:1: unknown key <<; known here: ffdump, extraction-api, storage-api-from, "
         "storage-api-to, workers_num, faces_limit, extraction_batch_size, normalized_storage"},
        {"ffdump:\n  retrys: {}", "4:3: unknown key ffdump.retrys; did you mean ffdump.retry?"},
        {"ffdump: {retry: {attemps: 1}}",
         "3:18: unknown key ffdump.retry.attemps; did you mean ffdump.retry.attempts?"},
        {"ffdump: {limits: {records: 1}}",
         "3:19: unknown key ffdump.limits.records; known here: record_bytes, image_bytes, "
         "image_side_least, image_side_most, batch_bytes, window_bytes, depth"},
        {"ffdump: {tls: {ca-file: x}}",
         "3:16: unknown key ffdump.tls.ca-file; did you mean ffdump.tls.ca_file?"},
        {"ffdump: {galleries: {x: {actoin: copy}}}",
         "3:26: unknown key ffdump.galleries.x.actoin; did you mean ffdump.galleries.x.action?"},
        {"ffdump: {galleries: {x: {extraction: {atributes: [a]}}}}",
         "3:39: unknown key ffdump.galleries.x.extraction.atributes; did you mean "
         "ffdump.galleries.x.extraction.attributes?"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(mistakes(base_text() + row.text + "\n") == framed(row.message));
    }
}

TEST_CASE_METHOD(SettingsFixture, "wrong values are told with their place and what to write") {
    const std::vector<Row> rows = {
        {"workers_num: three",
         "3:14: workers_num is three, which is no whole number; write a number from 1 to 1024"},
        {"workers_num: 0",
         "3:14: workers_num is 0, which is out of range; write a number from 1 to 1024"},
        {"workers_num: 1025",
         "3:14: workers_num is 1025, which is out of range; write a number from 1 to 1024"},
        {"workers_num: -1",
         "3:14: workers_num is -1, which is no whole number; write a number from 1 to 1024"},
        {"workers_num: 3.0",
         "3:14: workers_num is 3.0, which is no whole number; write a number from 1 to 1024"},
        {"workers_num: 99999999999999999999",
         "3:14: workers_num is 99999999999999999999, which is no whole number; write a number from "
         "1 to 1024"},
        {"workers_num: '3'",
         "3:14: workers_num is a text in quotes where a whole number is wanted; write it without "
         "quotes"},
        {"workers_num:", "3:1: workers_num has no value; give it a value or remove the key"},
        {"workers_num: [3]",
         "3:14: workers_num is a list where a whole number is wanted; write a whole number after "
         "the colon"},
        {"extraction_batch_size: 513",
         "3:24: extraction_batch_size is 513, which is out of range; write a number from 1 to 512"},
        {"faces_limit: 1000001",
         "3:14: faces_limit is 1000001, which is out of range; write a number from 1 to 1000000"},
        {"ffdump: 5",
         "3:9: ffdump is a single value where a section is wanted; write the keys of the section "
         "below it, indented"},
        {"ffdump: {retry: [1]}",
         "3:17: ffdump.retry is a list where a section is wanted; write the keys of the section "
         "below it, indented"},
        {"ffdump: {retry: {attempts: 101}}",
         "3:28: ffdump.retry.attempts is 101, which is out of range; write a number from 1 to 100"},
        {"ffdump: {retry: {base_delay: 5}}",
         "3:30: ffdump.retry.base_delay is 5, which is no duration; write the unit: did you mean "
         "5s?"},
        {"ffdump: {retry: {base_delay: 5 s}}",
         "3:30: ffdump.retry.base_delay is 5 s, which is no duration; write it as 5s, 1m30s or "
         "250ms; 0s means none"},
        {"ffdump: {retry: {base_delay: 0s}}",
         "3:30: ffdump.retry.base_delay is 0s, which is out of range; write a duration from 1ms to "
         "720h"},
        {"ffdump: {retry: {give_up_after: 721h}}",
         "3:33: ffdump.retry.give_up_after is 721h, which is out of range; write a duration from "
         "0s "
         "to 720h"},
        {"ffdump: {retry: {base_delay: 10s, max_delay: 1s}}",
         "3:46: ffdump.retry.max_delay does not fit: max_delay is shorter than base_delay; make "
         "max_delay the longer one"},
        {"ffdump: {limits: {image_bytes: 10MB}}",
         "3:32: ffdump.limits.image_bytes is 10MB, which is no size; write bytes or KiB, MiB, GiB, "
         "from 64KiB to 1GiB"},
        {"ffdump: {limits: {record_bytes: 2GiB}}",
         "3:33: ffdump.limits.record_bytes is 2GiB, which is out of range; write a size from 64KiB "
         "to 1GiB"},
        {"ffdump: {norm_tolerance: 0}",
         "3:26: ffdump.norm_tolerance is 0, which is out of range or no number; write a number "
         "above 0 and at most 0.5, such as 1e-3"},
        {"ffdump: {norm_tolerance: nan}",
         "3:26: ffdump.norm_tolerance is nan, which is out of range or no number; write a number "
         "above 0 and at most 0.5, such as 1e-3"},
        {"ffdump: {model: ''}", "3:17: ffdump.model is empty; give it a value or remove the key"},
        {R"(ffdump: {model: "a\nb"})",
         "3:17: ffdump.model holds a line break or a control character; write one line of plain "
         "text"},
        {"ffdump: {galleries: {x: {action: mirgate}}}",
         "3:34: ffdump.galleries.x.action is mirgate, which is not known; did you mean migrate?"},
        {"ffdump: {galleries: {x: {action: zzz}}}",
         "3:34: ffdump.galleries.x.action is zzz, which is not known; one of migrate, copy, drop, "
         "automatic"},
        {"ffdump: {galleries: {x: {action: recompute}}}",
         "3:34: ffdump.galleries.x.action is recompute, which ffdump cannot do; use drop (the "
         "product computes centroids anew) or copy"},
        {"ffdump: {galleries: {x: copy}}",
         "3:25: ffdump.galleries.x is a single value where a section is wanted; write x: {action: "
         "copy}"},
        {"ffdump: {galleries: {a/b: {action: copy}}}",
         "3:22: ffdump.galleries.a/b is no name of a gallery; write the file's name without its "
         "ending, or a pattern"},
        {"ffdump: {galleries: {x: {dimension: 16385}}}",
         "3:37: ffdump.galleries.x.dimension is 16385, which is out of range; write a number from "
         "1 "
         "to 16384"},
        {"ffdump: {extraction: {api: v3}}",
         "3:28: ffdump.extraction.api is v3, which is not known; did you mean v1?"},
        {"ffdump: {extraction: {attributes: [face_emben]}}",
         "3:35: ffdump.extraction.attributes belongs to api v2 only; write api: v2 beside it or "
         "remove it"},
        {"ffdump: {extraction: {api: v2, attributes: []}}",
         "3:44: ffdump.extraction.attributes is an empty list; name the embedding, such as "
         "face_emben"},
        {"ffdump: {extraction: {api: v2, attributes: face_emben}}",
         "3:44: ffdump.extraction.attributes is a single value where a list is wanted; write "
         "[first, second]"},
        {"ffdump: {extraction: {api: v2, detector: prenormalized, attributes: [vec]}}",
         "3:10: ffdump.extraction.objects is missing: no attribute ends in _emben, so the type is "
         "open; write where the objects stand, such as objects.face"},
        {"ffdump: {extraction: {path: v2}}",
         "3:29: ffdump.extraction.path is no path of a URL; write it as /v2"},
        {"ffdump: {extraction: {path: /a/../b}}",
         "3:29: ffdump.extraction.path is no path of a URL; write it as /v2"},
        {"ffdump: {extraction: {objects: a..b}}",
         "3:32: ffdump.extraction.objects is no dotted path; write it as objects.face"},
        {"ffdump: {extraction: {vector: a.**.b}}",
         "3:31: ffdump.extraction.vector is no dotted path; write it as facen or "
         "**.face_emben.result"},
        {"ffdump: {extraction: {vector: a.b.c.d.e.f.g.h.i}}",
         "3:31: ffdump.extraction.vector is no dotted path; write it as facen or "
         "**.face_emben.result"},
        {"ffdump: {image_hosts: [http://a/b]}",
         "3:23: ffdump.image_hosts has an entry that has a path; write only http://HOST:PORT"},
        {"ffdump: {image_hosts: [{a: b}]}",
         "3:24: ffdump.image_hosts has an entry that is no text; write every entry as a word or in "
         "quotes"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(mistakes(base_text() + row.text + "\n") == framed(row.message));
    }
}

TEST_CASE_METHOD(SettingsFixture, "wrong URLs are told without showing them") {
    const std::vector<Row> rows = {
        {"''", "has no"},
        {"127.0.0.1:18666", "has no scheme; begin it with http:// or https://"},
        {"ftp://h/", "has another scheme than http; begin it with http:// or https://"},
        {"http://", "has no host; write http://HOST:PORT"},
        {"http:///v2", "has no host; write http://HOST:PORT"},
        {"http://:80/", "has no host; write http://HOST:PORT"},
        {"http://h:0/", "has a wrong port; write a number from 1 to 65535 after the colon"},
        {"http://h:65536/", "has a wrong port; write a number from 1 to 65535 after the colon"},
        {"http://h:/", "has a wrong port; write a number from 1 to 65535 after the colon"},
        {"http://h:8o/", "has a wrong port; write a number from 1 to 65535 after the colon"},
        {"http://h$/", "has a wrong host name; use letters, digits, dots and hyphens"},
        {"http://[::1", "has a wrong IPv6 address; write it as [::1]"},
        {"http://user:hush@h/",
         "holds a user name or password; remove it: URLs end up in logs, credentials must not"},
        {"http://h/?token=hush", "has a query or fragment; remove everything from the ? or # on"},
        {"http://a b/",
         "holds a character that no URL may hold; remove blanks and control characters, "
         "percent-encode others"},
        {R"("http://h/\r\nX: hush")",
         "holds a character that no URL may hold; remove blanks and control characters, "
         "percent-encode others"},
        {"http://h\\@evil/",
         "holds a character that no URL may hold; remove blanks and control characters, "
         "percent-encode others"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const std::string lines = mistakes(
            "normalized_storage: {webdav: {upload-url: 'http://u'}}\nextraction-api:\n"
            "  extraction-api: " +
            std::string(row.text) + "\n");
        if (std::string(row.text) == "''") {
            CHECK(lines == framed("3:19: extraction-api.extraction-api is empty; write "
                                  "http://HOST:PORT"));
        } else {
            CHECK(lines ==
                  framed("3:19: extraction-api.extraction-api " + std::string(row.message)));
        }
        CHECK(lines.find("hush") == std::string::npos);
    }
    for (const char* url : {"http://h", "https://h:65535/a/b/", "HTTP://H", "http://[::1]:80/x",
                            "http://[::1]", "http://under_score.local:1"}) {
        CAPTURE(url);
        CHECK(mistakes("normalized_storage: {webdav: {upload-url: 'http://u'}}\nextraction-api:\n"
                       "  extraction-api: '" +
                       std::string(url) + "'\n")
                  .empty());
    }
}

TEST_CASE_METHOD(SettingsFixture, "storage that leads to no images is a mistake that says why") {
    const std::vector<Row> rows = {
        {"normalized_storage: {type: webdaw}",
         "2:28: normalized_storage.type is webdaw, which is not known; did you mean webdav?"},
        {"normalized_storage: {type: webdav}",
         "2:1: normalized_storage.webdav.upload-url is missing, so there are no images; write the "
         "address of findface-upload, such as http://127.0.0.1:3333/uploads/"},
        {"normalized_storage: {type: directory, directory:}",
         "2:39: normalized_storage.directory.path is missing, so there are no images; write the "
         "folder that holds a copy of the uploads"},
        {"normalized_storage: {type: directory, directory: {path: ''}}",
         "2:57: normalized_storage.directory.path is empty; give it a value or remove the key"},
        {"normalized_storage: {enabled: false, webdav: {upload-url: 'http://u'}}",
         "2:31: normalized_storage.enabled is false: without normalized images there is nothing to "
         "extract from; set it to true, or let every gallery copy or drop: ffdump.galleries: "
         "{\"*\": {action: copy}}"},
        {"normalized_storage: {enabled: maybe, webdav: {upload-url: 'http://u'}}",
         "2:31: normalized_storage.enabled is maybe, which is neither true nor false; write true "
         "or "
         "false"},
        {"normalized_storage: {webdav: {upload-url: 'http://u'}, s3: {bucket: x}}",
         "2:61: unknown key normalized_storage.s3.bucket; known here: endpoint, bucket-name, "
         "access-key, access-key-file, secret-access-key, secret-access-key-file, secure, region, "
         "public-url, operation-timeout, session-token, session-token-file, credentials-file, "
         "profile, addressing, access-denied-is"},
        {"normalized_storage: {type: s3, s3: {endpoint: h}}",
         "2:32: normalized_storage.s3.bucket-name is missing; write the bucket of the normalized "
         "images"},
        {"normalized_storage: {type: s3, s3: {endpoint: h, bucket-name: A_}}",
         "2:63: normalized_storage.s3.bucket-name is no name of a bucket; 3 to 63 small letters, "
         "digits, dots and hyphens"},
        {"normalized_storage: {type: s3, s3: {endpoint: h/p, bucket-name: abc}}",
         "2:47: normalized_storage.s3.endpoint has a path; write only http://HOST:PORT"},
        {"normalized_storage: {type: s3, s3: {endpoint: h, bucket-name: abc, "
         "secret-access-key: hush, secret-access-key-file: /k}}",
         "2:117: normalized_storage.s3.secret-access-key-file stands beside secret-access-key; "
         "keep "
         "one of the two"},
        {"normalized_storage: {type: s3, s3: {endpoint: h, bucket-name: abc, "
         "secret-access-key-file: /k}}",
         "2:92: normalized_storage.s3.secret-access-key-file cannot be read: /k: No such file or "
         "directory; check the path and its permissions"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(mistakes("extraction-api: {extraction-api: 'http://e'}\n" + std::string(row.text) +
                       "\n") == framed(row.message));
    }
}

TEST_CASE_METHOD(SettingsFixture, "a secret appears in no mistake") {
    const std::string head =
        "extraction-api: {extraction-api: 'http://e'}\nnormalized_storage:\n  type: s3\n  s3:\n"
        "    endpoint: h\n    bucket-name: abc\n";
    for (const char* line :
         {"secret-access-key: [hush]", "secret-access-key: {hush: hush}",
          R"(secret-access-key: "hush\u0007")", R"(access-key: "hush\n")", "access-key: [hush]",
          "secret-access-key: hush: hush", "secret-access-key: *hush", "secret-access-key: 'hush",
          "secret-access-key: hush\n    secret-access-key-file: /k",
          "secret-access-key-file: /odd"}) {
        CAPTURE(line);
        read_secret = [](const std::string&) -> Result<std::string> { return "two\nhush"; };
        const std::string lines = mistakes(head + "    " + line + "\n");
        CHECK(lines.find("[config_invalid]") != std::string::npos);
        CHECK(lines.find("hush") == std::string::npos);
    }
}

TEST_CASE_METHOD(SettingsFixture, "all mistakes are told at once, in the order of the file") {
    CHECK(
        mistakes("workers_num: 0\nnormalized_storage: {type: webdaw}\nfoo: 1\n"
                 "ffdump: {fetches: 5000, retry: {attempts: 0}}\n") ==
        "migration.ini:1:14: workers_num is 0, which is out of range; write a number from 1 to "
        "1024 [config_invalid]\n"
        "migration.ini:2:28: normalized_storage.type is webdaw, which is not known; did you mean "
        "webdav? [config_invalid]\n"
        "migration.ini:3:1: unknown key foo; known here: ffdump, extraction-api, "
        "storage-api-from, storage-api-to, workers_num, faces_limit, extraction_batch_size, "
        "normalized_storage [config_invalid]\n"
        "migration.ini:4:19: ffdump.fetches is 5000, which is out of range; write a number from 0 "
        "to 4096 [config_invalid]\n"
        "migration.ini:4:43: ffdump.retry.attempts is 0, which is out of range; write a number "
        "from 1 to 100 [config_invalid]\n"
        "migration.ini: extraction-api.extraction-api is missing; write the service's address, "
        "such as http://127.0.0.1:18666 [config_invalid]\n");
}

TEST_CASE_METHOD(SettingsFixture, "an empty configuration says what is missing") {
    CHECK(mistakes("") ==
          "migration.ini: extraction-api.extraction-api is missing; write the service's address, "
          "such as http://127.0.0.1:18666 [config_invalid]\n"
          "migration.ini: normalized_storage.webdav.upload-url is missing, so there are no images; "
          "write the address of findface-upload, such as http://127.0.0.1:3333/uploads/ "
          "[config_invalid]\n");
}

TEST_CASE_METHOD(SettingsFixture, "a file that is something else is told so") {
    CHECK(mistakes("- a\n") ==
          framed("1:1: the configuration is a list where keys and values are wanted; give the file "
                 "that findface-sf-api-migrate takes"));
    CHECK(mistakes("[section]\nkey = value\n") ==
          framed("2:1: a second document begins here, or the indentation is wrong; correct the "
                 "configuration"));
}

TEST_CASE_METHOD(SettingsFixture, "the vendor's misindented fragment is refused with its line") {
    CHECK(
        mistakes("storage-api-to:\n  shards:\n    - master: http://127.0.0.1:8111/v2/\n"
                 "      slave: ''\n     - master: http://127.0.0.1:8112/v2/\n      slave: ''\n") ==
        framed("5:6: this line does not go on with the list above it; indent the - of every entry "
               "of a list by the same number of spaces"));
}

TEST_CASE_METHOD(SettingsFixture, "a hostile name of a key cannot steer the terminal") {
    const std::string lines = mistakes(base_text() + "\"\\e[31mred\\u202e\": 1\n");
    CHECK(lines.find('\x1b') == std::string::npos);
    CHECK(lines.find("\\x1b[31mred") != std::string::npos);
}

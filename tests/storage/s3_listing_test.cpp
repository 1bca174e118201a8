// SPDX-License-Identifier: Apache-2.0
#include "migration_scene.hpp"
#include "store_over_network.hpp"
#include "support/raw_http_server.hpp"
#include "support/s3_server.hpp"

#include <catch2/catch.hpp>

// Looking for all images of a dump in a bucket at once.

namespace ffdump {
namespace {

Settings settings_for(const std::string& endpoint, const S3Server& keys) {
    Settings settings;
    settings.storage.type = StorageType::s3;
    S3Settings& s3 = settings.storage.s3;
    s3.endpoint = endpoint;
    s3.secure = false;
    s3.bucket_name = S3Server::bucket();
    s3.access_key = Secret(keys.access_key());
    s3.secret_access_key = Secret(keys.secret_key());
    return settings;
}

TEST_CASE("a bucket of several pages is listed with signed requests") {
    const S3Server server;
    constexpr std::size_t kObjects = 1005;  // a page has 1000
    for (std::size_t i = 0; i < kObjects; ++i) {
        server.put("in/" + std::to_string(i) + "%20%2B%D0%B6%25.png", "x");
    }
    server.put("beside.png", "x");
    Settings settings = settings_for(server.endpoint(), server);
    settings.storage.ids.pattern = "in/{id}";
    StoreOverNetwork under(settings);
    CHECK(under.prepare_checks(2000) ==
          "by a list of the bucket, 1005 objects in 2 requests, where asking for each takes 2000");
    std::size_t there = 0;
    for (std::size_t i = 0; i < kObjects; ++i) {
        there += under.check(std::to_string(i) + " +\xD0\xB6%.png").has_value() ? 1 : 0;
    }
    CHECK(there == kObjects);
    const Result<void> gone = under.check("gone.png");
    CHECK(gone.error().reason() == Reason::image_missing);
    CHECK(under.check("../beside.png").error().reason() == Reason::image_id_invalid);
}

TEST_CASE("keys that may not list are told, and each image is asked for") {
    const S3Server server;
    server.put("a.png", face_png(1));
    Settings settings = settings_for(server.endpoint(), server);
    settings.storage.s3.secret_access_key = Secret(made_key(40));
    StoreOverNetwork under(settings);
    CHECK(under.prepare_checks(2000).starts_with(
        "by a request for each of 2000: the bucket is not listed (SignatureDoesNotMatch: "));
    CHECK(under.check("a.png").error().detail().starts_with("SignatureDoesNotMatch"));
}

TEST_CASE("an endless list from a hostile server ends, and a huge one is not read to its end") {
    const S3Server keys;
    std::atomic<int> pages{0};
    const RawHttpServer endless([&](RawConnection& connection) {
        while (!connection.read_request().empty()) {
            connection.answer(200,
                              "<ListBucketResult><IsTruncated>true</IsTruncated>"
                              "<NextContinuationToken>" +
                                  std::to_string(++pages) +
                                  "</NextContinuationToken></ListBucketResult>");
        }
    });
    StoreOverNetwork under(settings_for("127.0.0.1:" + std::to_string(endless.port()), keys));
    CHECK(under.prepare_checks(1000).ends_with("whose list would take longer"));
    CHECK(pages == 20);
    const RawHttpServer huge([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n<ListBucketResult>");
        while (connection.send(std::string(65536, ' '))) {
        }
    });
    StoreOverNetwork before(settings_for("127.0.0.1:" + std::to_string(huge.port()), keys));
    CHECK(before.prepare_checks(1000) ==
          "by a request for each of 1000: the bucket is not listed (the answer is over 8388608 "
          "bytes)");
}

TEST_CASE("plan lists the bucket for many images and says so") {
    constexpr std::size_t kMany = 120;
    const MadeDump dump(kMany);
    const S3Server server;
    for (std::size_t id = 1; id <= kMany; ++id) {
        if (id != 7) {
            server.put(MadeDump::image_name(id), face_png(id));
        }
    }
    const std::string file = dump.folder().write(
        "run.ini",
        "extraction-api: {extraction-api: 'http://127.0.0.1:1'}\nffdump: {model: new_16}\n"
        "normalized_storage: {type: s3, s3: {secure: false, bucket-name: faces, endpoint: '" +
            server.endpoint() + "'}}\n");
    ChildCommand plan = ffdump_command(
        {"plan", "--check-images", "--no-probe", "--config", file, "--from", dump.from()});
    plan.environment = {{"FFDUMP_S3_ACCESS_KEY", server.access_key()},
                        {"FFDUMP_S3_SECRET_ACCESS_KEY", server.secret_key()}};
    ChildProcess process(plan);
    const auto end = process.wait();
    REQUIRE(end);
    INFO(end->err);
    CHECK(end->words() == "exit 3");
    CHECK(has(end->out,
              "images checked: 120, there: 119, missing: 1\n  by a list of the bucket, 119 objects "
              "in 1 requests, where asking for each takes 120\n"));
    CHECK(has(end->out, "faces, record 7: image_missing (the bucket's list has no such object"));
}

}  // namespace
}  // namespace ffdump

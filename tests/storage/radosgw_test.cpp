// SPDX-License-Identifier: Apache-2.0
#include "migration_scene.hpp"
#include "store_over_network.hpp"
#include "support/made_png.hpp"
#include "support/rados_gateway.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

const RadosGateway& shared_gateway() {
    static const RadosGateway gateway;
    return gateway;
}

TEST_CASE("Ceph's gateway takes our signatures, and each of its refusals has its own words") {
    const RadosGateway& gateway = shared_gateway();
    gateway.put("1_bd321tlt8f66ph0eaflg.png", face_png(1));
    gateway.put("2018/odd%20%2B%28%29~%D0%B6%25.png", face_png(2));
    const std::string where = ", bucket faces at http://" + gateway.endpoint();
    {
        StoreOverNetwork under(gateway.settings());
        CHECK(under.refusal("1_bd321tlt8f66ph0eaflg.png") == "an image");
        CHECK((*under.fetch("2018/odd +()~\xD0\xB6%.png").value().bytes == face_png(2)));
        CHECK(under.check("1_bd321tlt8f66ph0eaflg.png").has_value());
        CHECK(under.refusal("gone.png") ==
              "image_missing: NoSuchKey: the bucket has no such object" + where);
    }
    Settings settings = gateway.settings();
    settings.storage.s3.endpoint = gateway.named_endpoint();
    settings.storage.s3.addressing = S3Addressing::virtual_host;
    {
        StoreOverNetwork in_host_name(settings);
        CHECK((*in_host_name.fetch("2018/odd +()~\xD0\xB6%.png").value().bytes == face_png(2)));
        CHECK(in_host_name.refusal("gone.png").starts_with("image_missing: NoSuchKey"));
    }
    settings.storage.s3.bucket_name = "elsewhere";
    CHECK(StoreOverNetwork(settings).refusal("a.png").starts_with("service_refuses: NoSuchBucket"));
    settings = gateway.settings();
    settings.storage.s3.secret_access_key = Secret(made_key(40));
    CHECK(StoreOverNetwork(settings).refusal("a.png").starts_with(
        "service_refuses: SignatureDoesNotMatch"));
    settings = gateway.settings();
    settings.storage.s3.access_key = Secret(made_key(20));
    CHECK(StoreOverNetwork(settings).refusal("a.png").starts_with(
        "service_refuses: InvalidAccessKeyId"));
    settings = gateway.settings();
    settings.storage.s3.bucket_name = "elsewhere";
    CHECK(StoreOverNetwork(settings).refusal("a.png").starts_with("service_refuses: NoSuchBucket"));
    settings = gateway.settings();
    settings.storage.s3.access_key = Secret();
    settings.storage.s3.secret_access_key = Secret();
    CHECK(StoreOverNetwork(settings).refusal("1_bd321tlt8f66ph0eaflg.png") ==
          "service_refuses: AccessDenied: bucket faces at http://" + gateway.endpoint() +
              " is not open to requests without keys");

    // The program itself, an hour late.
    const MadeDump dump(1);
    const std::string file = dump.folder().write(
        "run.ini",
        "extraction-api: {extraction-api: 'http://127.0.0.1:1'}\n"
        "ffdump: {model: new_16}\nnormalized_storage: {type: s3, s3: {secure: false, "
        "bucket-name: faces, endpoint: '" +
            gateway.endpoint() + "'}}\n");
    ChildProcess late({program_path("faketime"),
                       {"-f", "-1h", FFDUMP_BINARY_DIR "/ffdump", "migrate", "--config", file,
                        "--from", dump.from(), "--fetch-only", dump.at("fetched")},
                       {{"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
                        {"FFDUMP_S3_ACCESS_KEY", gateway.access_key},
                        {"FFDUMP_S3_SECRET_ACCESS_KEY", gateway.secret_key}},
                       {},
                       {}});
    const auto end = late.wait();
    REQUIRE(end);
    CHECK(end->words() == "exit 5");
    CHECK(has(end->err,
              "RequestTimeTooSkewed: this machine's clock and the storage's are too far "
              "apart" +
                  where));
    CHECK(has(end->err, "set this machine's clock"));
}

std::string storage_of(const RadosGateway& gateway) {
    return "type: s3\n  s3: {endpoint: '" + gateway.endpoint() +
           "', secure: false, bucket-name: faces}";
}

std::map<std::string, std::string> keys_of(const RadosGateway& gateway) {
    return {{"FFDUMP_S3_ACCESS_KEY", gateway.access_key},
            {"FFDUMP_S3_SECRET_ACCESS_KEY", gateway.secret_key}};
}

TEST_CASE("Ceph's gateway leads to the same new dump as a directory") {
    const RadosGateway& gateway = shared_gateway();
    Scene scene;
    scene.each_image(
        [&](const std::string& name, const std::string& bytes) { gateway.put(name, bytes); });
    scene.check_same("type: directory\n  directory: {path: '~/uploads'}");
    scene.check_same(storage_of(gateway), keys_of(gateway));
}

TEST_CASE("Ceph's gateway lists a bucket page after page, with names of every kind") {
    const RadosGateway& gateway = shared_gateway();
    constexpr std::size_t kObjects = 1100;  // a page has 1000
    const auto name_of = [](std::size_t i) {
        return "many/" + std::to_string(i) + " +()~\xD0\xB6%.png";
    };
    for (std::size_t i = 0; i < kObjects; ++i) {
        gateway.put("many/" + std::to_string(i) + "%20%2B%28%29~%D0%B6%25.png", "x");
    }
    StoreOverNetwork under(gateway.settings());
    CHECK(under.prepare_checks(kObjects).starts_with("by a list of the bucket, "));
    std::size_t there = 0;
    for (std::size_t i = 0; i < kObjects; ++i) {
        there += under.check(name_of(i)).has_value() ? 1 : 0;
    }
    CHECK(there == kObjects);
    CHECK(under.check(name_of(kObjects)).error().reason() == Reason::image_missing);
    Settings in_host_name = gateway.settings();
    in_host_name.storage.s3.endpoint = gateway.named_endpoint();
    in_host_name.storage.s3.addressing = S3Addressing::virtual_host;
    in_host_name.storage.ids.pattern = "many/{id}";
    CHECK(StoreOverNetwork(in_host_name).prepare_checks(kObjects) ==
          "by a list of the bucket, 1100 objects in 2 requests, where asking for each takes 1100");
}

}  // namespace
}  // namespace ffdump

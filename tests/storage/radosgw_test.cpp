// SPDX-License-Identifier: Apache-2.0
#include "e2e/made_dump.hpp"
#include "store_over_network.hpp"
#include "support/made_png.hpp"
#include "support/nginx_server.hpp"
#include "support/s3_server.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

/// Ceph's gateway, which takes a quarter of a minute to start: one for all cases.
class RadosGateway {
 public:
    RadosGateway() {
        ChildCommand command;
        command.program = program_path("bash");
        command.arguments = {FFDUMP_SOURCE_DIR "/tests/support/radosgw.sh", folder_.text(),
                             std::to_string(free_port()), std::to_string(port_)};
        command.environment = {{"ACCESS_KEY", access_key}, {"SECRET_KEY", secret_key}};
        child_ = std::make_unique<ChildProcess>(command);
        if (!child_->wait_for_out("listening\n", std::chrono::minutes(2))) {
            throw std::runtime_error(
                "radosgw did not start (.ci/install-deps --tests installs it): " + child_->err());
        }
        put("", "");
    }

    [[nodiscard]] std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Below this name the gateway takes a bucket for a host; libcurl knows it as this machine.
    [[nodiscard]] std::string named_endpoint() const {
        return "s3.localhost:" + std::to_string(port_);
    }
    /// PUTs an object, or the bucket when `path` is empty.
    void put(const std::string& path, std::string_view bytes) const {
        http_put("http://" + endpoint() + "/faces" + (path.empty() ? "" : "/" + path), bytes,
                 {access_key, secret_key, "aws:amz:us-east-1:s3", {}});
    }
    [[nodiscard]] Settings settings() const {
        Settings made;
        made.storage.type = StorageType::s3;
        made.storage.s3.endpoint = endpoint();
        made.storage.s3.secure = false;
        made.storage.s3.bucket_name = "faces";
        made.storage.s3.access_key = Secret(access_key);
        made.storage.s3.secret_access_key = Secret(secret_key);
        return made;
    }

    std::string access_key = made_key(20);
    std::string secret_key = made_key(40);

 private:
    ScratchFolder folder_;
    int port_ = free_port();
    std::unique_ptr<ChildProcess> child_;
};

TEST_CASE("Ceph's gateway takes our signatures, and each of its refusals has its own words") {
    const RadosGateway gateway;
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

}  // namespace
}  // namespace ffdump

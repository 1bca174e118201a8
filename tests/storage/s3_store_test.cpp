// SPDX-License-Identifier: Apache-2.0
#include "images/image_bytes.hpp"
#include "store_over_network.hpp"
#include "support/s3_server.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

S3Server& shared_server() {
    static S3Server server;
    return server;
}

Settings settings_for(const S3Server& server) {
    Settings settings;
    settings.storage.type = StorageType::s3;
    S3Settings& s3 = settings.storage.s3;
    s3.endpoint = server.endpoint();
    s3.secure = false;
    s3.bucket_name = S3Server::bucket();
    s3.access_key = Secret(server.access_key());
    s3.secret_access_key = Secret(server.secret_key());
    return settings;
}

TEST_CASE("an S3 storage reads objects with signed requests") {
    const S3Server& server = shared_server();
    server.put("1_bd321tlt8f66ph0eaflg.png", face_png(1));
    server.put("2018/07/a.png", face_png(2));
    server.put("odd%20%2B%28%29~%D0%B6%25.png", face_png(3));
    StoreOverNetwork under(settings_for(server));
    CHECK((*under.fetch("1_bd321tlt8f66ph0eaflg.png").value().bytes == face_png(1)));
    CHECK((*under.fetch("2018/07/a.png").value().bytes == face_png(2)));
    CHECK((*under.fetch("odd +()~\xD0\xB6%.png").value().bytes == face_png(3)));
    CHECK(under.check("2018/07/a.png").has_value());
    CHECK(under.store().describe() == "s3 bucket faces at http://" + server.endpoint());
}

TEST_CASE("an S3 storage gives each trouble with keys and names its own words") {
    const S3Server& server = shared_server();
    server.put("a.png", face_png(1));
    const std::string where = ", bucket faces at http://" + server.endpoint();

    SECTION("a wrong secret") {
        Settings settings = settings_for(server);
        settings.storage.s3.secret_access_key = Secret(made_key(40));
        StoreOverNetwork under(settings);
        CHECK(under.refusal("a.png") ==
              "service_refuses: SignatureDoesNotMatch: the signature is wrong: the secret access "
              "key does not belong to the access key" +
                  where);
        CHECK(under.hint("a.png") == "check normalized_storage.s3.secret-access-key");
        CHECK(under.check("a.png").error().detail().starts_with("SignatureDoesNotMatch"));
    }
    SECTION("an unknown key") {
        Settings settings = settings_for(server);
        settings.storage.s3.access_key = Secret(made_key(20));
        StoreOverNetwork under(settings);
        CHECK(under.refusal("a.png") ==
              "service_refuses: InvalidAccessKeyId: the access key is not known" + where);
        CHECK(under.hint("a.png") == "check normalized_storage.s3.access-key and endpoint");
    }
    SECTION("no such bucket") {
        Settings settings = settings_for(server);
        settings.storage.s3.bucket_name = "elsewhere";
        StoreOverNetwork under(settings);
        CHECK(
            under.refusal("a.png") ==
            "service_refuses: NoSuchBucket: there is no such bucket, bucket elsewhere at http://" +
                server.endpoint());
        CHECK(under.check("a.png").error().reason() == Reason::service_refuses);
    }
    SECTION("no such key") {
        StoreOverNetwork under(settings_for(server));
        CHECK(under.refusal("gone.png") ==
              "image_missing: NoSuchKey: the bucket has no such object" + where);
        CHECK(under.check("gone.png").error().reason() == Reason::image_missing);
    }
}

TEST_CASE("an S3 storage whose clock is an hour away says so and shows its time") {
    const S3Server server("+1h");
    StoreOverNetwork under(settings_for(server));
    CHECK(under.refusal("a.png").starts_with(
        "service_refuses: RequestTimeTooSkewed: this machine's clock and the storage's are too far "
        "apart, bucket faces at http://" +
        server.endpoint() + " (the storage's clock says 20"));
    CHECK(under.hint("a.png") ==
          "set this machine's clock (timedatectl, chronyc), then run the same command again");
}

TEST_CASE("an S3 storage without keys reads unsigned, from public-url when there is one") {
    const S3Server& server = shared_server();
    server.put("pre/fix/a.png", face_png(4));
    Settings settings = settings_for(server);
    settings.storage.s3.access_key = Secret();
    settings.storage.s3.secret_access_key = Secret();
    settings.storage.ids.pattern = "pre/{id}";
    StoreOverNetwork unsigned_reads(settings);
    CHECK(unsigned_reads.fetch("fix/a.png").has_value());
    settings.storage.s3.endpoint = "127.0.0.1:1";
    settings.storage.s3.public_url = server.url();
    StoreOverNetwork public_reads(settings);
    CHECK(public_reads.fetch("fix/a.png").has_value());
    CHECK(public_reads.store().describe() == "s3 " + server.url());
}

TEST_CASE("an S3 storage never asks for unsafe ids and refuses what is no image") {
    const S3Server& server = shared_server();
    server.put("page.png", "<html>no</html>");
    StoreOverNetwork under(settings_for(server));
    CHECK(under.fetch("../a.png").error().reason() == Reason::image_id_invalid);
    CHECK(under.fetch("http://elsewhere/a.png").error().reason() == Reason::image_url_not_allowed);
    CHECK(under.fetch("page.png").error().reason() == Reason::image_unreadable);
}

}  // namespace
}  // namespace ffdump

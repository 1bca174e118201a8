// SPDX-License-Identifier: Apache-2.0
#include "s3_place.hpp"

#include "s3_error.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

S3Settings bucket(const std::string& endpoint, const std::string& name = "faces") {
    S3Settings settings;
    settings.endpoint = endpoint;
    settings.bucket_name = name;
    return settings;
}

std::string url_of(const S3Settings& settings) {
    return S3Place::of(settings).value().object_url("2018/a b.png");
}

TEST_CASE("a bucket is named in the path, but for Amazon's own endpoints in the host") {
    CHECK(url_of(bucket("http://ceph:7480")) == "http://ceph:7480/faces/2018/a%20b.png");
    CHECK(url_of(bucket("https://s3.eu-west-1.amazonaws.com")) ==
          "https://faces.s3.eu-west-1.amazonaws.com/2018/a%20b.png");
    CHECK(url_of(bucket("https://s3.amazonaws.com:443/", "my.faces")) ==
          "https://s3.amazonaws.com:443/my.faces/2018/a%20b.png");
    S3Settings chosen = bucket("http://minio:9000");
    chosen.addressing = S3Addressing::virtual_host;
    CHECK(url_of(chosen) == "http://faces.minio:9000/2018/a%20b.png");
    chosen = bucket("s3.amazonaws.com");
    chosen.addressing = S3Addressing::path;
    CHECK(url_of(chosen) == "https://s3.amazonaws.com/faces/2018/a%20b.png");
}

TEST_CASE("a bucket's list is asked for at the bucket, in the path or in the host") {
    S3Settings settings = bucket("http://minio:9000");
    CHECK(S3Place::of(settings)->list_url("", "") ==
          "http://minio:9000/faces?encoding-type=url&list-type=2");
    settings.addressing = S3Addressing::virtual_host;
    CHECK(S3Place::of(settings)->list_url("a/", "t=") ==
          "http://faces.minio:9000/"
          "?continuation-token=t%3D&encoding-type=url&list-type=2&prefix=a%2F");
}

TEST_CASE("an endpoint without a scheme gets it from the key secure") {
    S3Settings settings = bucket("minio:9000");
    CHECK(url_of(settings).starts_with("https://minio:9000/faces/"));
    settings.secure = false;
    CHECK(url_of(settings).starts_with("http://minio:9000/faces/"));
    CHECK(S3Place::of(bucket("ftp://minio")).error().reason() == Reason::config_invalid);
}

TEST_CASE("S3 answers with a code are told apart, whatever their status") {
    const auto error_of = [](int status, const std::string& code) {
        HttpAnswer answer;
        answer.status = status;
        answer.body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
        answer.retry_after = std::chrono::seconds(3);
        S3Settings settings = bucket("http://minio:9000");
        settings.access_key = Secret("K");
        return s3_error(answer, settings, "here");
    };
    CHECK(error_of(404, "NoSuchKey").reason() == Reason::image_missing);
    CHECK(error_of(404, "NoSuchBucket").reason() == Reason::service_refuses);
    CHECK(error_of(503, "SlowDown").reason() == Reason::service_overloaded);
    CHECK(error_of(503, "SlowDown").retry_after() == std::chrono::seconds(3));
    CHECK(error_of(400, "ExpiredToken").hint_text() ==
          "get new temporary keys and set normalized_storage.s3.session-token with them");
    CHECK(error_of(301, "PermanentRedirect").reason() == Reason::service_refuses);
    CHECK(error_of(400, "Strange\x1B").detail() == R"(status 400, code Strange\x1b, here)");
    CHECK(error_of(500, "Strange").reason() == Reason::service_overloaded);
}

TEST_CASE("AccessDenied counts as a fault of the storage unless the operator says otherwise") {
    HttpAnswer answer;
    answer.status = 403;
    S3Settings settings = bucket("http://minio:9000");
    CHECK(s3_error(answer, settings, "here").detail() ==
          "AccessDenied: here is not open to requests without keys");
    settings.access_key = Secret("K");
    CHECK(s3_error(answer, settings, "here").reason() == Reason::service_refuses);
    CHECK(s3_error(answer, settings, "here").hint_text().find("access-denied-is") !=
          std::string::npos);
    settings.denied = S3Denied::is_missing;
    CHECK(s3_error(answer, settings, "here").reason() == Reason::image_missing);
}

}  // namespace
}  // namespace ffdump

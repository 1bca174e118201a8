// SPDX-License-Identifier: Apache-2.0
#include "migration_scene.hpp"
#include "support/nginx_server.hpp"
#include "support/s3_server.hpp"

#include <catch2/catch.hpp>

// One dump, migrated with its images in every kind of storage: the new dumps are the same.

namespace ffdump {
namespace {

std::string s3_storage(const S3Server& server) {
    return "type: s3\n  s3: {endpoint: '" + server.endpoint() +
           "', secure: false, bucket-name: faces}";
}

std::map<std::string, std::string> keys_of(const S3Server& server) {
    return {{"FFDUMP_S3_ACCESS_KEY", server.access_key()},
            {"FFDUMP_S3_SECRET_ACCESS_KEY", server.secret_key()}};
}

TEST_CASE("one dump becomes the same new dump from every kind of storage") {
    Scene scene;
    scene.check_same("type: directory\n  directory: {path: '~/uploads'}");
    scene.pack("uploads.tar", {});
    scene.check_same("type: tar\n  tar: {path: '~/uploads.tar'}");
    scene.pack("uploads.tar.gz", {"--gzip"});
    scene.check_same("type: tar\n  tar: {path: '~/uploads.tar.gz', folder: uploads}");
    scene.pack("uploads.tar.zst", {"--zstd"});
    scene.check_same("type: tar\n  tar: {path: '~/uploads.tar.zst', cache: '~/cache'}");
    scene.pack("uploads.tar.xz", {"--xz"});
    scene.check_same("type: tar\n  tar: {path: '~/uploads.tar.xz'}");
    const NginxServer nginx;
    const S3Server s3;
    scene.each_image([&](const std::string& name, const std::string& bytes) {
        nginx.put(name, bytes);
        s3.put(name, bytes);
    });
    scene.check_same("webdav: {upload-url: '" + nginx.upload_url() + "'}");
    scene.check_same("webdav: {upload-url: '" + nginx.tls_url() + "'}\n  access: {ca-file: '" +
                     nginx.authority().ca() + "'}");
    scene.check_same("webdav: {upload-url: '" + nginx.private_url() +
                         "'}\n  access: {auth: basic, user: " + NginxServer::user() + "}",
                     {{"FFDUMP_STORAGE_PASSWORD", nginx.password()}});
    scene.check_same(s3_storage(s3), keys_of(s3));
}

TEST_CASE("a chain takes each image from the first storage that has it and counts them") {
    Scene scene;
    std::filesystem::create_directories(scene.dump.at("old"));
    const S3Server s3;
    scene.each_image([&](const std::string& name, const std::string& bytes) {
        if (name < "1_image2") {
            scene.dump.folder().write("old/" + name, bytes);
        } else {
            s3.put(name, bytes);
        }
    });
    const std::string chain =
        "type: chain\n  chain:\n  - {type: directory, directory: {path: '~/old'}}\n  - {" +
        s3_storage(s3).replace(8, 3, ", ") + "}";
    scene.check_same(chain, keys_of(s3));
    CHECK(has(scene.out, "images: 11 from directory " + scene.dump.at("old") + "\n"));
    CHECK(has(scene.out, "images: 19 from s3 bucket faces at http://" + s3.endpoint() + "\n"));
    const auto manifest = nlohmann::json::parse(
        lines_of(file_bytes(scene.dump.at("new/.ffdump/manifest.json"))).empty()
            ? "{}"
            : file_bytes(scene.dump.at("new/.ffdump/manifest.json")));
    CHECK(manifest.at("files").at(0).at("records").at("images_by_source").size() == 2);
    CHECK(verify(scene.dump.from(), scene.dump.at("new")).code == 0);
}

TEST_CASE("keys that S3 refuses end the run with 5 and its words, before anything is written") {
    Scene scene;
    const S3Server s3;
    const ChildEnd end = scene.run({"migrate", "--to", scene.dump.at("new")}, s3_storage(s3),
                                   {{"FFDUMP_S3_ACCESS_KEY", s3.access_key()},
                                    {"FFDUMP_S3_SECRET_ACCESS_KEY", "wrong-planted-secret"}});
    CHECK(end.words() == "exit 5");
    CHECK(has(last_line(end.err), "SignatureDoesNotMatch"));
    CHECK(has(last_line(end.err), "check normalized_storage.s3.secret-access-key"));
    CHECK_FALSE(has(end.err + end.out, "planted"));
    CHECK_FALSE(std::filesystem::exists(scene.dump.at("new/faces.json")));
}

TEST_CASE("images that are fetched first are a storage of their own, and fetching goes on") {
    Scene scene;
    const NginxServer nginx;
    scene.each_image([&](const std::string& name, const std::string& bytes) {
        if (name != MadeDump::image_name(7)) {
            nginx.put(name, bytes);
        }
    });
    const std::string storage = "webdav: {upload-url: '" + nginx.upload_url() + "'}";
    const Arguments fetch{"migrate", "--fetch-only", scene.dump.at("fetched")};
    const ChildEnd first = scene.run(fetch, storage);
    CHECK(first.words() == "exit 3");
    CHECK(has(first.out, "29 images fetched"));
    CHECK(has(first.out, "missing: 1 x image_missing"));
    const auto missing = lines_of(file_bytes(scene.dump.at("fetched/.ffdump/missing.jsonl")));
    REQUIRE(missing.size() == 1);
    CHECK(nlohmann::json::parse(missing.front()).at("id") == "7");
    nginx.put(MadeDump::image_name(7), face_png(7));
    const ChildEnd second = scene.run(fetch, storage);
    CHECK(second.words() == "exit 0");
    CHECK(has(second.out, "1 images fetched"));
    CHECK(has(second.out, "29 were there already, 0 missing"));
    scene.check_same("type: directory\n  directory: {path: '~/fetched'}");
}

TEST_CASE("fetching leaves out the images of excluded ids") {
    Scene scene;
    const std::string ids = scene.dump.folder().write("erased", "3\n");
    const ChildEnd end =
        scene.run({"migrate", "--fetch-only", scene.dump.at("fetched"), "--exclude-ids", ids},
                  "type: directory\n  directory: {path: '~/uploads'}");
    CHECK(end.words() == "exit 0");
    CHECK(has(end.out, "29 images fetched"));
    CHECK_FALSE(std::filesystem::exists(scene.dump.at("fetched/" + MadeDump::image_name(3))));
}

TEST_CASE("plan says what would be done and how many images are missing, and writes nothing") {
    Scene scene;
    scene.dump.remove_image(4);
    scene.dump.remove_image(9);
    const std::string storage = "type: directory\n  directory: {path: '~/uploads'}";
    const ChildEnd whole = scene.run({"plan", "--check-images"}, storage);
    INFO(whole.err);
    CHECK(whole.words() == "exit 3");
    CHECK(has(whole.out, "images checked: 30, there: 28, missing: 2\n"));
    CHECK(has(whole.out, "  faces: 2 x image_missing\n"));
    CHECK(has(whole.out, "faces, record 4: image_missing"));
    CHECK(has(whole.out, "estimate: 30 images"));
    CHECK(has(whole.out, ", 10 requests of up to 4, "));
    const ChildEnd json = scene.run({"plan", "--check-images", "--json"}, storage);
    const auto document = nlohmann::json::parse(json.out);
    CHECK(document.at("schema_version") == 1);
    CHECK(document.at("images").at("missing") == 2);
    CHECK(document.at("galleries").at(0).at("action") == "migrate");
    CHECK(document.at("galleries").at(0).at("new_dimension") == 16);
    const ChildEnd quick = scene.run({"plan", "--no-probe"}, storage);
    CHECK(quick.words() == "exit 0");
    CHECK(has(quick.out, "faces"));
}

TEST_CASE("plan asks servers for presence with HEAD alone") {
    Scene scene;
    const NginxServer nginx;
    const S3Server s3;
    scene.each_image([&](const std::string& name, const std::string& bytes) {
        nginx.put(name, bytes);
        s3.put(name, bytes);
    });
    const Arguments plan{"plan", "--check-images", "--no-probe"};
    const ChildEnd web = scene.run(plan, "webdav: {upload-url: '" + nginx.upload_url() + "'}");
    CHECK(has(web.out, "images checked: 30, there: 30, missing: 0\n"));
    const ChildEnd bucket = scene.run(plan, s3_storage(s3), keys_of(s3));
    INFO(bucket.err);
    CHECK(has(bucket.out,
              "images checked: 30, there: 30, missing: 0\n  by a request for each of 30: so few "
              "take less than a list of the bucket\n"));
}

TEST_CASE("plan ends with 5 when a service is down") {
    Scene scene;
    const ChildEnd end = scene.run({"plan"}, "webdav: {upload-url: 'http://127.0.0.1:1/uploads/'}");
    CHECK(end.words() == "exit 5");
}

}  // namespace
}  // namespace ffdump

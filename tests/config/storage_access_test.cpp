// SPDX-License-Identifier: Apache-2.0
#include "settings_fixture.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

std::string with_storage(const std::string& lines) {
    return "extraction-api: {extraction-api: 'http://e'}\nnormalized_storage:\n"
           "  webdav: {upload-url: 'http://u'}\n" +
           lines;
}

std::string with_s3(const std::string& keys) {
    return "extraction-api: {extraction-api: 'http://e'}\nnormalized_storage:\n"
           "  type: s3\n  s3: {endpoint: 'm:9000', bucket-name: faces" +
           keys + "}\n";
}

TEST_CASE_METHOD(SettingsFixture, "the access to a storage is read whole") {
    read_secret = [](const std::string& path) -> Result<std::string> {
        return path == "word" ? "planted\n" : "other\n";
    };
    const StorageAccess access =
        settings(with_storage("  access: {auth: digest, user: me, password-file: word, "
                              "headers: {X-Token: t}, proxy: 'http://p:3128', proxy-user: pu, "
                              "proxy-password-file: pp, ca-file: ca.pem, client-certificate: "
                              "c.pem, client-key: k.pem, client-key-password: kp, http2: false}\n"))
            .storage.access;
    CHECK(access.auth == StorageAuth::digest);
    CHECK(access.user == "me");
    CHECK(access.password.reveal() == "planted");
    REQUIRE(access.headers.size() == 1);
    CHECK(access.headers.front().first == "X-Token");
    CHECK(access.headers.front().second.reveal() == "t");
    CHECK(access.proxy == "http://p:3128");
    CHECK(access.proxy_user == "pu");
    CHECK(access.proxy_password.reveal() == "other");
    CHECK(access.ca_file == "ca.pem");
    CHECK(access.client_certificate == "c.pem");
    CHECK(access.client_key == "k.pem");
    CHECK(access.client_key_password.reveal() == "kp");
    CHECK_FALSE(access.http2);
}

TEST_CASE_METHOD(SettingsFixture, "extraction-api may have a proxy of its own, and nothing else") {
    read_secret = [](const std::string&) -> Result<std::string> { return "planted\n"; };
    const auto with_access = [](const std::string& keys) {
        return "extraction-api: {extraction-api: 'http://e', access: {" + keys +
               "}}\nnormalized_storage: {webdav: {upload-url: 'http://u'}}\n";
    };
    const Settings read =
        settings(with_access("proxy: 'http://p:3128', proxy-user: pu, proxy-password-file: pp"));
    CHECK(read.extraction_access.proxy == "http://p:3128");
    CHECK(read.extraction_access.proxy_user == "pu");
    CHECK(read.extraction_access.proxy_password.reveal() == "planted");
    CHECK(read.storage.access.proxy.empty());
    CHECK(describe_settings(read).at("extraction-api.access.proxy") == "http://p:3128");
    CHECK(mistakes(with_access("proxy: p:3128")).find("has no scheme") != std::string::npos);
    CHECK(mistakes(with_access("auth: basic")).find("unknown key extraction-api.access.auth") !=
          std::string::npos);
}

TEST_CASE_METHOD(SettingsFixture, "secrets of the environment are over those of the file") {
    overrides.variables = {{"FFDUMP_STORAGE_TOKEN", Secret("from-environment")}};
    const std::string text = with_storage("  access: {auth: bearer, token: from-file}\n");
    CHECK(settings(text).storage.access.password.reveal() == "from-environment");
    overrides.variables.clear();
    CHECK(settings(text).storage.access.password.reveal() == "from-file");
}

TEST_CASE_METHOD(SettingsFixture, "access that cannot work is a mistake that says why") {
    struct Row {
        std::string access;
        std::string message;
    };
    for (const Row& row : std::vector<Row>{
             {"auth: basic", "needs a user; write user and password beside it"},
             {"auth: bearer", "needs a token; write token or token-file beside it"},
             {"user: me",
              "is not used without auth; write auth: basic, digest, any or bearer "
              "beside it"},
             {"auth: basic, user: 'a:b'",
              "has a colon, which Basic cannot send; use digest or "
              "bearer"},
             {"headers: {'X Y': z}", "is no name of a header; letters, digits and hyphens"},
             {"proxy: p:3128", "has no scheme; begin it with http:// or https://"},
             {"auht: basic", "unknown key normalized_storage.access.auht"}}) {
        INFO(row.access);
        CHECK(mistakes(with_storage("  access: {" + row.access + "}\n")).find(row.message) !=
              std::string::npos);
    }
}

TEST_CASE_METHOD(SettingsFixture, "the rules for ids are a template and a rewriting table") {
    const ImageIdSettings ids =
        settings(with_storage("  ids: {prefix: faces/, suffix: .png, rewrite: [{from: "
                              "'http://old:3333/', to: 'http://new:3333/'}, {from: 'http://older/'}"
                              "]}\n"))
            .storage.ids;
    CHECK(ids.pattern == "faces/{id}.png");
    CHECK(ids.rewrite == std::vector<RewriteRule>{{"http://old:3333/", "http://new:3333/"},
                                                  {"http://older/", ""}});
    CHECK(settings(with_storage("  ids: {template: '{id:0:2}/{id}'}\n")).storage.ids.pattern ==
          "{id:0:2}/{id}");
    for (const std::string wrong :
         {"template: faces", "template: '{id'", "template: '{i}{id}'", "template: '{id:1}'",
          "template: '{id:a:2}'", "template: '{id:1:2:3}'", "template: '{id}', prefix: x",
          "rewrite: {from: a}", "rewrite: [{to: b}]", "rewrite: [{from: a, to: 'ftp://b'}]"}) {
        INFO(wrong);
        CHECK_FALSE(mistakes(with_storage("  ids: {" + wrong + "}\n")).empty());
    }
}

TEST_CASE_METHOD(SettingsFixture, "keys of S3 come from one place, the nearest one") {
    read_secret = [](const std::string& path) -> Result<std::string> {
        if (path != "/home/me/.aws/credentials") {
            return failed(Reason::config_unreadable, "No such file or directory");
        }
        return "[other]\naws_access_key_id = o\n[default]\n# none\naws_access_key_id = d\n"
               "aws_secret_access_key=ds\n[temporary]\naws_access_key_id=t\n"
               "aws_secret_access_key = ts\naws_session_token = tt\n";
    };
    const auto keys = [this](const std::string& text) {
        const S3Settings s3 = settings(with_s3(text)).storage.s3;
        return s3.access_key.reveal() + " " + s3.secret_access_key.reveal() + " " +
               s3.session_token.reveal();
    };
    CHECK(keys("") == "  ");
    overrides.variables = {{"HOME", Secret("/home/me")}};
    CHECK(keys("") == "d ds ");
    CHECK(keys(", profile: temporary") == "t ts tt");
    overrides.variables.emplace("AWS_PROFILE", Secret("temporary"));
    CHECK(keys("") == "t ts tt");
    overrides.variables.emplace("AWS_ACCESS_KEY_ID", Secret("a"));
    overrides.variables.emplace("AWS_SECRET_ACCESS_KEY", Secret("as"));
    CHECK(keys("") == "a as ");
    const std::string own = ", access-key: f, secret-access-key: fs, session-token: ft";
    CHECK(keys(own) == "f fs ft");
    overrides.variables.emplace("FFDUMP_S3_ACCESS_KEY", Secret("e"));
    overrides.variables.emplace("FFDUMP_S3_SECRET_ACCESS_KEY", Secret("es"));
    CHECK(keys(own) == "e es ");
}

TEST_CASE_METHOD(SettingsFixture, "half a pair of S3 keys, or a profile without, is a mistake") {
    CHECK(mistakes(with_s3(", access-key: a"))
              .find("secret-access-key is missing: the other key "
                    "of the pair is there") != std::string::npos);
    overrides.variables = {{"HOME", Secret("/home/me")}};
    CHECK(mistakes(with_s3(", profile: p")).find("cannot be read") != std::string::npos);
    read_secret = [](const std::string&) -> Result<std::string> { return "[q]\n"; };
    CHECK(mistakes(with_s3(", profile: p")).find("has no keys of profile p") != std::string::npos);
    CHECK(mistakes(with_s3(", region: 'a:b'")).find("is no name of a region") != std::string::npos);
}

TEST_CASE_METHOD(SettingsFixture, "a chain is a list of storages, each with its own rules") {
    const StorageSettings storage =
        settings(
            "extraction-api: {extraction-api: 'http://e'}\nnormalized_storage:\n"
            "  type: chain\n  chain:\n"
            "  - {type: directory, directory: {path: /backup}, ids: {suffix: .png}}\n"
            "  - {type: s3, s3: {endpoint: 'm:9000', bucket-name: faces}}\n"
            "  - {type: webdav, webdav: {upload-url: 'http://u/'}, access: {auth: basic, "
            "user: me}}\n")
            .storage;
    CHECK(storage.type == StorageType::chain);
    REQUIRE(storage.chain.size() == 3);
    CHECK(storage.chain[0].directory == "/backup");
    CHECK(storage.chain[0].ids.pattern == "{id}.png");
    CHECK(storage.chain[1].s3.bucket_name == "faces");
    CHECK(storage.chain[2].access.user == "me");
    const std::string head =
        "extraction-api: {extraction-api: 'http://e'}\nnormalized_storage:\n"
        "  type: chain\n";
    CHECK(mistakes(head).find("chain names no storage") != std::string::npos);
    CHECK(mistakes(head + "  chain: [{type: chain}]\n").find("is chain, which is not known") !=
          std::string::npos);
    CHECK(mistakes(head + "  chain: [{directory: {path: x}}]\n").find("type is missing") !=
          std::string::npos);
    CHECK(mistakes(head + "  chain: [{type: directory}]\n").find("path is missing") !=
          std::string::npos);
}

}  // namespace
}  // namespace ffdump

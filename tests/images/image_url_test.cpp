// SPDX-License-Identifier: Apache-2.0
#include "ffdump/images/image_store.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

using namespace std::string_literals;

const std::string upload_url = "http://storage:3333/uploads/";

Result<std::string> url_of(const std::string& id, const std::vector<std::string>& origins = {}) {
    return image_url(upload_url, id, origins);
}

Reason refusal_of(const std::string& id, const std::vector<std::string>& origins = {}) {
    const Result<std::string> url = url_of(id, origins);
    INFO(id);
    REQUIRE_FALSE(url);
    return url.error().reason();
}

TEST_CASE("an image's URL has exactly one slash between upload-url and id") {
    CHECK(url_of("1_bd321tlt8f66ph0eaflg.png") == upload_url + "1_bd321tlt8f66ph0eaflg.png");
    CHECK(image_url("http://storage:3333/uploads", "a.png", {}) == upload_url + "a.png");
}

TEST_CASE("sub-folders of an id are kept, every other character is percent-encoded") {
    CHECK(url_of("2018/07/a.png") == upload_url + "2018/07/a.png");
    CHECK(url_of("a b?c#d%41+e&f=g:h@i;j") ==
          upload_url + "a%20b%3Fc%23d%2541%2Be%26f%3Dg%3Ah%40i%3Bj");
    CHECK(url_of("\xD0\xB6\xFF.png") == upload_url + "%D0%B6%FF.png");
    CHECK(url_of("-._~Az09") == upload_url + "-._~Az09");
    CHECK(url_of("..a/b../...") == upload_url + "..a/b../...");
}

TEST_CASE("ids that could lead elsewhere are refused") {
    for (const std::string& id :
         {"."s,        ".."s,       "../a"s,       "a/.."s,
          "a/../b"s,   "a/./b"s,    "%2e%2e/a"s,   "a/%2E%2e"s,
          "a/.%2e/b"s, "%2e"s,      "a%2f..%2fb"s, "a%5cb"s,
          "a\\b"s,     "..\\a"s,    "/a"s,         "//host/a"s,
          "a//b"s,     "a/"s,       "/"s,          "a%2f%2fb"s,
          "a\0b"s,     "a\nb"s,     "a\rb"s,       "a\x7F"s,
          "a%00b"s,    "a%0d%0aX"s, ""s,           std::string(1025, 'a')}) {
        CHECK(refusal_of(id) == Reason::image_id_invalid);
    }
    CHECK(url_of(std::string(1024, 'a')).has_value());
}

TEST_CASE("no refusal repeats the id, which is a value of meta") {
    CHECK(url_of("../planted").error().one_line().find("planted") == std::string::npos);
    CHECK(url_of("ftp://planted/").error().one_line().find("planted") == std::string::npos);
}

TEST_CASE("absolute URLs of the upload server are taken as they are") {
    for (const std::string& url :
         {"http://storage:3333/uploads/3/20180711/a_0123456789ab_norm.png"s,
          "http://storage:3333/uploads//20180711/1531310477.jpeg"s,
          "HTTP://STORAGE:3333/other/a.png"s, "http://storage:3333/a.png?size=full"s}) {
        CHECK(url_of(url) == url);
    }
}

TEST_CASE("absolute URLs of other hosts need to be listed") {
    for (const std::string& url :
         {"http://other/a.png"s, "http://storage/a.png"s, "https://storage:3333/a.png"s,
          "http://storage.evil:3333/a.png"s, "http://storage:3333@evil/a.png"s,
          "http://evil/storage:3333/a.png"s}) {
        CHECK(refusal_of(url) == Reason::image_url_not_allowed);
    }
    CHECK(url_of("https://other/a.png", {"https://other:443"}).has_value());
    CHECK(url_of("http://other/a.png", {"http://third", "http://other/"}).has_value());
    CHECK(refusal_of("http://other:81/a.png", {"http://other"}) == Reason::image_url_not_allowed);
}

TEST_CASE("URLs of other schemes or with a user name are never taken") {
    for (const std::string& url :
         {"file:///etc/passwd"s, "ftp://storage:3333/a"s, "gopher://storage:3333/"s,
          "http://user:secret@storage:3333/a.png"s}) {
        CHECK(refusal_of(url) == Reason::image_url_not_allowed);
    }
}

TEST_CASE("absolute URLs with unsafe parts are refused") {
    for (const std::string& url :
         {"http://storage:3333/uploads/../secret"s, "http://storage:3333/%2e%2e/a"s,
          "http://storage:3333/a\\b"s, "http://storage:3333/a b"s, "http://storage:3333/a\nb"s,
          "http://storage:3333/a#b"s, "http://storage:99999/a"s,
          "http://storage:3333/"s + std::string(1024, 'a')}) {
        CHECK(refusal_of(url) == Reason::image_id_invalid);
    }
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/net/http.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("url origin names scheme, host in lower case and port") {
    CHECK(url_origin("http://Host.Example/a?b#c").value() == "http://host.example:80");
    CHECK(url_origin("HTTPS://host").value() == "https://host:443");
    CHECK(url_origin("http://user:secret@10.0.0.1:3333/uploads/").value() ==
          "http://10.0.0.1:3333");
    CHECK(url_origin("http://[::1]:8080/").value() == "http://[::1]:8080");
    CHECK(url_origin("http://host:80/").value() == url_origin("http://host/").value());
}

TEST_CASE("url origin refuses what must not be asked for") {
    for (const std::string url :
         {"", "host", "/path", "file:///etc/passwd", "ftp://host/", "gopher://host/", "http://",
          "http://host:99999/", "http://host:x/", "http://ho st/", "http://host/a\r\nX: y",
          "http://host/a b"}) {
        INFO(url);
        const Result<std::string> origin = url_origin(url);
        REQUIRE_FALSE(origin);
        CHECK(origin.error().reason() == Reason::config_invalid);
    }
}

TEST_CASE("bare url drops user info, query and fragment") {
    CHECK(bare_url("http://u:p@host:1/a/b?token=x#y") == "http://host:1/a/b");
    CHECK(bare_url("http://host/a@b.png") == "http://host/a@b.png");
    CHECK(bare_url("http://host:80/a@b.png") == "http://host:80/a@b.png");
    CHECK(bare_url("http://[::1]/a@b") == "http://[::1]/a@b");
    CHECK(bare_url("u:p@host/a") == "host/a");
    CHECK(bare_url("").empty());
}

TEST_CASE("bare url shows no part of a password with reserved characters") {
    CHECK(bare_url("http://user:se/cr@host/a") == "http://host/a");
    CHECK(bare_url("http://user:se?cr@host/a") == "http://host/a");
    CHECK(bare_url("http://user:se#cr@host/a") == "http://host/a");
    CHECK(bare_url("http://user:se@cr@host/a") == "http://host/a");
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "image_name.hpp"

#include "directory_image_store.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

ImageNames with_template(const std::string& pattern) {
    ImageIdSettings settings;
    settings.pattern = pattern;
    return ImageNames(settings);
}

ImageNames with_rules(std::vector<RewriteRule> rules) {
    ImageIdSettings settings;
    settings.rewrite = std::move(rules);
    return ImageNames(settings);
}

TEST_CASE("an id goes into the template, whole or in pieces") {
    CHECK(with_template("{id}").path_of("1_a.png") == "1_a.png");
    CHECK(with_template("faces/{id}.png").path_of("2018/a") == "faces/2018/a.png");
    CHECK(with_template("{id:0:2}/{id:2:2}/{id}").path_of("abcdef") == "ab/cd/abcdef");
    CHECK(with_template("x{id:4:9}y{id:90:1}").path_of("abcdef") == "xefy");
    CHECK(with_template("faces/{id}").prefix() == "faces/");
}

TEST_CASE("an id that is unsafe, or becomes so in the template, is refused") {
    CHECK(with_template("{id}").path_of("../a").error().reason() == Reason::image_id_invalid);
    CHECK(with_template("{id:0:2}/x").path_of("..a").error().reason() == Reason::image_id_invalid);
    CHECK(with_template("x/{id}").path_of("/etc").error().reason() == Reason::image_id_invalid);
    CHECK(with_template("{id}").path_of("http://h/a").error().reason() ==
          Reason::image_url_not_allowed);
}

TEST_CASE("the first rewriting rule that fits holds") {
    const ImageNames names = with_rules({{"http://old:3333/", "http://new:3333/"},
                                         {"http://old:3333/uploads/", "x/"},
                                         {"legacy/", "archive/"}});
    CHECK(names.name_of("http://old:3333/uploads/a.png").value().text ==
          "http://new:3333/uploads/a.png");
    CHECK(names.path_of("legacy/a.png") == "archive/a.png");
    CHECK(names.path_of("other/a.png") == "other/a.png");
    CHECK(names.rewritten_urls() == std::vector<std::string>{"http://new:3333/"});
}

TEST_CASE("a URL that is rewritten to a path is decoded and loses doubled slashes") {
    const ImageNames names = with_rules({{"http://old:3333/uploads/", ""}});
    CHECK(names.path_of("http://old:3333/uploads//20180711/1%20a.jpeg") == "20180711/1 a.jpeg");
    for (const std::string id : {"http://old:3333/uploads/../a", "http://old:3333/uploads/%2e%2e/a",
                                 "http://old:3333/uploads/a?size=1", "http://old:3333/uploads/"}) {
        INFO(id);
        CHECK(names.path_of(id).error().reason() == Reason::image_id_invalid);
    }
    CHECK(names.path_of("http://old:3334/a").error().reason() == Reason::image_url_not_allowed);
}

TEST_CASE("the image of a URL has one place in a folder") {
    CHECK(url_file_name("http://Old:3333/uploads//2018/a%20b.png") ==
          "by-url/old_3333/uploads/2018/a b.png");
    CHECK(url_file_name("https://h/a.png") == "by-url/h_443/a.png");
    for (const std::string url :
         {"http://h/../a", "http://h/%2e%2e/a", "http://h/a?b", "http://h/"}) {
        INFO(url);
        CHECK(url_file_name(url).error().reason() == Reason::image_id_invalid);
    }
}

}  // namespace
}  // namespace ffdump

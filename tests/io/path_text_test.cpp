// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/file_system.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("paths are joined with one slash") {
    CHECK(join_path("a", "b") == "a/b");
    CHECK(join_path("a/", "b") == "a/b");
    CHECK(join_path("a/", "/b") == "a/b");
    CHECK(join_path("/", "b") == "/b");
    CHECK(join_path("", "b") == "b");
    CHECK(join_path("", "/b") == "/b");
}

TEST_CASE("the last part of a path is its file name") {
    CHECK(file_name_of("a/b.json") == "b.json");
    CHECK(file_name_of("b.json") == "b.json");
    CHECK(file_name_of("/a/b/") == "b");
    CHECK(file_name_of("/") == "/");
    CHECK(file_name_of("").empty());
}

TEST_CASE("the folder of a path is everything before the last part") {
    CHECK(folder_of("a/b.json") == "a");
    CHECK(folder_of("b.json") == ".");
    CHECK(folder_of("/b.json") == "/");
    CHECK(folder_of("/a/b/") == "/a");
    CHECK(folder_of("a//b") == "a");
    CHECK(folder_of("/") == "/");
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <sys/stat.h>

namespace ffdump {

TEST_CASE("a scratch folder is private, its own, and gone at the end") {
    std::filesystem::path first;
    {
        const ScratchFolder scratch;
        const ScratchFolder other;
        first = scratch.path();
        CHECK(scratch.path() != other.path());
        struct stat status{};
        REQUIRE(stat(first.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0700U);
        scratch.write("deep/er/file", std::string("a\0b", 3));
        CHECK(file_bytes(scratch.at("deep/er/file")) == std::string("a\0b", 3));
        CHECK(tree_bytes(first).at("deep/er/file").size() == 3);
    }
    CHECK_FALSE(std::filesystem::exists(first));
}

TEST_CASE("a file that is not there is an error, not an empty text") {
    const ScratchFolder scratch;
    CHECK_THROWS(file_bytes(scratch.at("absent")));
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/canary_file.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

const std::vector<StoredCanary> saved{
    {.lane = 0, .id = UINT64_MAX, .image = std::string("\x00\xff image", 8), .facen = "abcd"},
    {.lane = 3, .id = 0, .image = "", .facen = ""}};

TEST_CASE("canaries come back as they were saved, for their run alone") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.at("canaries");
    CHECK(load_canaries(*files, path, "run").value().empty());
    REQUIRE(save_canaries(*files, path, "run", saved));
    const std::vector<StoredCanary> loaded = load_canaries(*files, path, "run").value();
    REQUIRE(loaded.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(loaded[i].lane == saved[i].lane);
        CHECK(loaded[i].id == saved[i].id);
        CHECK(loaded[i].image == saved[i].image);
        CHECK(loaded[i].facen == saved[i].facen);
    }
    CHECK(load_canaries(*files, path, "other run").value().empty());
    REQUIRE(save_canaries(*files, path, "run", {}));
    CHECK(load_canaries(*files, path, "run").value().empty());
}

TEST_CASE("a file of canaries with any byte flipped or cut off is refused") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.at("canaries");
    REQUIRE(save_canaries(*files, path, "run", saved));
    const std::string whole = file_bytes(path);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CAPTURE(i);
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        for (const std::string& bytes : {damaged, whole.substr(0, i)}) {
            const auto loaded = load_canaries(*files, folder.write("canaries", bytes), "run");
            REQUIRE_FALSE(loaded);
            CHECK(loaded.error().reason() == Reason::journal_damaged);
            CHECK(loaded.error().place().file == path);
        }
    }
}

}  // namespace
}  // namespace ffdump

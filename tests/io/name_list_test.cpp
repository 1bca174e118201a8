// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/name_list.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

TEST_CASE("a list of names is read as it was written, odd names too") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    NameList list(*files, folder.at("list"));
    CHECK(list.read().value().empty());
    const std::vector<std::string> names{"a.json", ".ffdump/b\nc", "..d", "e..",
                                         std::string(255, 'f')};
    REQUIRE(list.write(names));
    CHECK((list.read().value() == names));
    REQUIRE(list.write({}));
    CHECK(list.read().value().empty());
    REQUIRE(list.remove());
    REQUIRE(list.remove());
    CHECK_FALSE(files->exists(folder.at("list")));
}

TEST_CASE("a list that is damaged or leads out of its directory is refused") {
    using namespace std::string_literals;
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    for (const std::string& bytes : {"a"s, "a\0b"s, "\0"s, "/etc/passwd\0"s, "../a\0"s,
                                     "a/../../b\0"s, "a/..\0"s, "./a\0"s, "a//b\0"s, "a/\0"s}) {
        folder.write("list", bytes);
        const auto names = NameList(*files, folder.at("list")).read();
        CAPTURE(bytes);
        REQUIRE_FALSE(names);
        CHECK(names.error().reason() == Reason::output_occupied);
    }
}

}  // namespace
}  // namespace ffdump

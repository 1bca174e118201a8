// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/name_list.hpp"

#include "support/faulty_file_system.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>
#include <utility>
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
    CHECK_FALSE(files->exists(folder.at("list"), FilePurpose::reading).value());
}

TEST_CASE("a list that cannot be read is a fault of the output, and no list of somebody else") {
    const ScratchFolder folder;
    const auto below = make_posix_file_system();
    FaultyFileSystem files(*below);
    NameList list(files, folder.at("list"));
    REQUIRE(list.write({"a"}));
    for (const auto& [operation, reason] :
         {std::pair(FileOperation::look, Reason::output_unwritable),
          std::pair(FileOperation::open_read, Reason::source_unreadable),
          std::pair(FileOperation::read, Reason::source_unreadable)}) {
        files.count_only({operation});
        files.fail_at(1, {.reason = reason, .code = EIO});
        const auto names = list.read();
        REQUIRE_FALSE(names);
        CHECK(names.error().reason() == Reason::output_unwritable);
        CHECK(names.error().detail() == "made to fail: Input/output error");
        CHECK(names.error().place().file == list.path());
        CHECK(list.read());
    }
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

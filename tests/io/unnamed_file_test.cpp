// SPDX-License-Identifier: Apache-2.0
#include "unnamed_file.hpp"

#include "support/scratch_folder.hpp"

#include "ffdump/io/file_system.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>

namespace ffdump {
namespace {

TEST_CASE("a file without a name is private, is written and read, and leaves nothing") {
    const ScratchFolder folder;
    Result<Descriptor> opened = failed(Reason::internal_error, "not opened yet");
    SECTION("with O_TMPFILE where the file system has it") {
        opened = open_unnamed(folder.text());
    }
    SECTION("with a name that is unlinked at once elsewhere") {
        opened = open_and_unlink(folder.text());
    }
    REQUIRE(opened);
    CHECK(tree_bytes(folder.path()).empty());
    struct stat status{};
    REQUIRE(::fstat(opened->get(), &status) == 0);
    CHECK((status.st_mode & ALLPERMS) == 0600);
    CHECK(status.st_nlink == 0);
    CHECK((::fcntl(opened->get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(opened->get(), F_GETFL) & O_APPEND) != 0);
    REQUIRE(::write(opened->get(), "abc", 3) == 3);
    std::array<char, 4> read{};
    CHECK(::pread(opened->get(), read.data(), read.size(), 0) == 3);
}

TEST_CASE("a file without a name in a folder that is not there is an error with the folder") {
    const ScratchFolder folder;
    for (auto* open : {&open_unnamed, &open_and_unlink}) {
        const Result<Descriptor> opened = (*open)(folder.at("absent"));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().reason() == Reason::output_unwritable);
        CHECK(opened.error().one_line().find(folder.at("absent")) == 0);
    }
}

TEST_CASE("the file system hands out files without names") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::unique_ptr<File> file = files->create_unnamed(folder.text()).value();
    REQUIRE(file->write("hello"));
    std::array<char, 8> read{};
    CHECK(file->read(read).value() == 5);
    CHECK(tree_bytes(folder.path()).empty());
}

}  // namespace
}  // namespace ffdump

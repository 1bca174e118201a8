// SPDX-License-Identifier: Apache-2.0
#include "support/faulty_file_system.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/file_system.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <memory>
#include <string>
#include <sys/stat.h>

namespace ffdump {
namespace {

TEST_CASE("a small file is read whole up to its limit and refused over it") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string bytes(200'000, 'x');
    const std::string path = folder.write("file", bytes);
    CHECK(read_small_file(*files, path, bytes.size()).value() == bytes);
    const Result<std::string> refused = read_small_file(*files, path, bytes.size() - 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::config_unreadable);
    CHECK(refused.error().detail() == "the file has more than 199999 bytes");
    CHECK(refused.error().place().file == path);
    CHECK(read_small_file(*files, folder.write("empty", ""), 0).value().empty());
}

TEST_CASE("a file whose size is told as 0 is read all the same") {
    const auto files = make_posix_file_system();
    CHECK_FALSE(read_small_file(*files, "/proc/self/status", 1U << 20U).value().empty());
}

TEST_CASE("a replaced file has the new content, mode 0600 and no temporary beside it") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.write("file", "old");
    REQUIRE(replace_file(*files, path, "new"));
    CHECK(tree_bytes(folder.path()) == std::map<std::string, std::string>{{"file", "new"}});
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & ALLPERMS) == 0600);
}

TEST_CASE("replacing a file leaves old or new content whichever call fails") {
    const FileFault::Times times = GENERATE(FileFault::Times::once, FileFault::Times::for_good);
    const auto real = make_posix_file_system();
    std::uint64_t n = 1;
    for (;; ++n) {
        const ScratchFolder folder;
        const std::string path = folder.write("file", "old");
        FaultyFileSystem files(*real);
        files.fail_at(n, {.reason = Reason::disk_full,
                          .code = ENOSPC,
                          .times = times,
                          .torn = FileFault::Torn::yes});
        const Result<void> replaced = replace_file(files, path, "new content");
        const std::string after = file_bytes(path);
        if (!files.has_struck()) {
            REQUIRE(replaced);
            REQUIRE(after == "new content");
            break;
        }
        INFO("call " << n);
        REQUIRE_FALSE(replaced);
        CHECK(replaced.error().reason() == Reason::disk_full);
        CHECK((after == "old" || after == "new content"));
        if (times == FileFault::Times::once) {
            CHECK(tree_bytes(folder.path()).size() == 1);
        }
    }
    CHECK(n == 7);  // create, write, sync, close, rename, sync of the folder; the seventh passes
}

TEST_CASE("a file is replaced in the order that a crash cannot tear") {
    const ScratchFolder folder;
    const auto real = make_posix_file_system();
    FaultyFileSystem files(*real);
    REQUIRE(replace_file(files, folder.at("file"), "new"));
    std::vector<FileOperation> order;
    for (const FileCall& call : files.calls()) {
        order.push_back(call.operation);
    }
    using enum FileOperation;
    CHECK(order == std::vector{create, write, sync, close, rename, sync_directory});
    CHECK(files.calls().back().path == folder.text());
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "support/faulty_file_system.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <memory>
#include <string>

namespace ffdump {
namespace {

struct FaultyFixture {
    ScratchFolder folder;
    std::string path = folder.at("file");
    std::unique_ptr<FileSystem> real = make_posix_file_system();
    FaultyFileSystem files{*real};
};

TEST_CASE_METHOD(FaultyFixture, "the file system double passes calls through and counts them") {
    const std::unique_ptr<File> file = files.create(path).value();
    REQUIRE(file->write("abc"));
    REQUIRE(file->close());
    CHECK(file_bytes(path) == "abc");
    CHECK(files.counted() == 3);
    CHECK_FALSE(files.has_struck());
    CHECK(files.calls().at(1).operation == FileOperation::write);
    CHECK(files.calls().at(1).path == path);
}

TEST_CASE_METHOD(FaultyFixture, "the file system double fails one call and works again") {
    const std::unique_ptr<File> file = files.create(path).value();
    files.fail_at(2, {.reason = Reason::disk_full, .code = ENOSPC});
    CHECK(file->write("a"));
    const Result<void> second = file->write("b");
    REQUIRE_FALSE(second);
    CHECK(second.error().reason() == Reason::disk_full);
    CHECK(second.error().detail() == "made to fail: No space left on device");
    CHECK(second.error().place().file == path);
    CHECK(file->write("c"));
    CHECK(file_bytes(path) == "ac");
    CHECK(files.has_struck());
    CHECK(files.calls().at(2).has_failed);
}

TEST_CASE_METHOD(FaultyFixture, "the file system double fails for good until it is healed") {
    files.fail_at(1, {.code = EROFS, .times = FileFault::Times::for_good});
    CHECK_FALSE(files.create(path));
    CHECK_FALSE(files.make_directories(folder.at("a")));
    CHECK_FALSE(files.lock(path, "x"));
    CHECK_FALSE(files.exists(path, FilePurpose::reading));
    CHECK_FALSE(files.is_directory(path, FilePurpose::reading));
    files.heal();
    CHECK_FALSE(files.exists(path, FilePurpose::reading).value());
    CHECK(files.create(path));
}

TEST_CASE_METHOD(FaultyFixture, "the file system double counts only what it is told to") {
    files.count_only({FileOperation::sync});
    files.fail_at(1, {.code = EIO});
    const std::unique_ptr<File> file = files.create(path).value();
    CHECK(file->write("a"));
    CHECK_FALSE(file->sync());
    CHECK(file->sync());
    CHECK(files.counted() == 2);
}

TEST_CASE_METHOD(FaultyFixture, "the file system double tears a failing write") {
    const std::unique_ptr<File> file = files.create(path).value();
    files.fail_at(1, {.reason = Reason::disk_full, .code = ENOSPC, .torn = FileFault::Torn::yes});
    CHECK_FALSE(file->write("abcdef"));
    CHECK(file_bytes(path) == "abc");
}

TEST_CASE_METHOD(FaultyFixture, "the file system double releases a file whose close fails") {
    const std::unique_ptr<File> file = files.create(path).value();
    files.fail_at(1, {.code = EIO});
    CHECK_FALSE(file->close());
    CHECK(file->write("x").error().detail() == "cannot write: Bad file descriptor");
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "support/scratch_folder.hpp"

#include "ffdump/io/file_system.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ffdump {
namespace {

struct LockFixture {
    ScratchFolder folder;
    std::string path = folder.at("lock");
    std::unique_ptr<FileSystem> files = make_posix_file_system();
};

TEST_CASE_METHOD(LockFixture, "a lock is refused while it is held and names the holder") {
    const Result<std::unique_ptr<FileLock>> first = files->lock(path, "pid 17 on host a");
    REQUIRE(first);
    const Result<std::unique_ptr<FileLock>> second = files->lock(path, "pid 18 on host a");
    REQUIRE_FALSE(second);
    CHECK(second.error().reason() == Reason::lock_held);
    CHECK(second.error().exit_code() == 8);
    CHECK(second.error().detail() == "another run holds the lock: pid 17 on host a");
    CHECK(second.error().place().file == path);
    CHECK(file_bytes(path) == "pid 17 on host a\n");
}

TEST_CASE_METHOD(LockFixture, "a lock is held though its file was removed") {
    Result<std::unique_ptr<FileLock>> first = files->lock(path, "pid 17 on host a");
    REQUIRE(first);
    REQUIRE(::unlink(path.c_str()) == 0);
    const Result<std::unique_ptr<FileLock>> second = files->lock(path, "pid 18 on host a");
    REQUIRE_FALSE(second);
    CHECK(second.error().exit_code() == 8);
    first->reset();
    CHECK(files->lock(path, "pid 19 on host a"));
}

TEST_CASE_METHOD(LockFixture, "a lock that was let go is free and has the new holder's text") {
    REQUIRE(files->lock(path, "a holder with a rather long text"));
    REQUIRE(files->lock(path, "short"));
    CHECK(file_bytes(path) == "short\n");
}

TEST_CASE_METHOD(LockFixture, "a lock file is private") {
    const auto lock = files->lock(path, "x");
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & ALLPERMS) == 0600);
}

TEST_CASE_METHOD(LockFixture, "a lock is not taken through a symbolic link") {
    REQUIRE(::symlink(folder.write("elsewhere", "kept").c_str(), path.c_str()) == 0);
    const auto lock = files->lock(path, "x");
    REQUIRE_FALSE(lock);
    CHECK(lock.error().reason() == Reason::output_unwritable);
    CHECK(file_bytes(folder.at("elsewhere")) == "kept");
}

TEST_CASE_METHOD(LockFixture, "a lock whose holder was killed is free") {
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto lock = files->lock(path, "the child");
        const char taken = lock ? 'y' : 'n';
        static_cast<void>(::write(ready[1], &taken, 1) == 1);
        for (;;) {
            ::pause();
        }
    }
    char taken = 0;
    REQUIRE(::read(ready[0], &taken, 1) == 1);
    REQUIRE(taken == 'y');
    const auto refused = files->lock(path, "the parent");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail() == "another run holds the lock: the child");

    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(files->lock(path, "the parent"));
    ::close(ready[0]);
    ::close(ready[1]);
}

}  // namespace
}  // namespace ffdump

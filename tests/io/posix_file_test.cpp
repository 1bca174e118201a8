// SPDX-License-Identifier: Apache-2.0
#include "posix_file.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

namespace ffdump {
namespace {

struct FileFixture {
    ScratchFolder folder;
    std::string path = folder.at("file");
    std::unique_ptr<FileSystem> files = make_posix_file_system();
};

/// A limit of the process while it lives. SIGXFSZ is ignored, as the program does at its start.
class Limit {
 public:
    Limit(__rlimit_resource_t resource, rlim_t value)
        : resource_(resource), signal_(std::signal(SIGXFSZ, SIG_IGN)) {
        REQUIRE(::getrlimit(resource_, &before_) == 0);
        const rlimit limit{value, before_.rlim_max};
        REQUIRE(::setrlimit(resource_, &limit) == 0);
    }
    ~Limit() {
        ::setrlimit(resource_, &before_);
        static_cast<void>(std::signal(SIGXFSZ, signal_));
    }
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;

 private:
    __rlimit_resource_t resource_;
    void (*signal_)(int);
    rlimit before_{};
};

TEST_CASE_METHOD(FileFixture, "a file is appended to, also after it was opened again") {
    const std::unique_ptr<File> first = files->create(path).value();
    REQUIRE(first->write("one "));
    REQUIRE(first->write(""));
    REQUIRE(first->write("two "));
    REQUIRE(first->close());
    const std::unique_ptr<File> second = files->open_append(path).value();
    REQUIRE(second->write("three"));
    REQUIRE(second->sync());
    CHECK(file_bytes(path) == "one two three");
    REQUIRE(files->create(path));
    CHECK(file_bytes(path).empty());
}

TEST_CASE_METHOD(FileFixture, "a file that is there is overwritten from its beginning on") {
    CHECK_FALSE(files->open_update(path));
    folder.write("file", "0123456789");
    const std::unique_ptr<File> file = files->open_update(path).value();
    REQUIRE(file->write("ab"));
    REQUIRE(file->write("c"));
    REQUIRE(file->close());
    CHECK(file_bytes(path) == "abc3456789");
}

TEST_CASE_METHOD(FileFixture, "what is written after a cut follows the cut without a hole") {
    const std::unique_ptr<File> file = files->create(path).value();
    REQUIRE(file->write("0123456789"));
    REQUIRE(file->truncate(4));
    REQUIRE(file->write("x"));
    CHECK(file_bytes(path) == "0123x");
}

TEST_CASE_METHOD(FileFixture, "reading in order and at a place do not disturb each other") {
    folder.write("file", "0123456789");
    const std::unique_ptr<File> file = files->open_read(path).value();
    std::array<char, 4> four{};
    CHECK(file->read(four).value() == 4);
    CHECK(std::string(four.data(), 4) == "0123");
    CHECK(file->read_at(four, 8).value() == 2);
    CHECK(std::string(four.data(), 2) == "89");
    CHECK(file->read_at(four, 10).value() == 0);
    CHECK(file->read_at(four, 1000).value() == 0);
    CHECK(file->read({four.data(), 0}).value() == 0);
    CHECK(file->read(four).value() == 4);
    CHECK(std::string(four.data(), 4) == "4567");
    CHECK(file->read(four).value() == 2);
    CHECK(file->read(four).value() == 0);
}

TEST_CASE_METHOD(FileFixture, "a written file is read back through the same object") {
    const std::unique_ptr<File> file = files->create(path).value();
    REQUIRE(file->write("abc"));
    std::array<char, 8> bytes{};
    CHECK(file->read(bytes).value() == 3);
    REQUIRE(file->write("def"));
    CHECK(file->read(bytes).value() == 3);
    CHECK(std::string(bytes.data(), 3) == "def");
}

TEST_CASE_METHOD(FileFixture, "the identity of a file changes with its size and its inode") {
    const std::unique_ptr<File> file = files->create(path).value();
    const FileIdentity before = file->identity().value();
    CHECK(before == file->identity().value());
    REQUIRE(file->write("abc"));
    const FileIdentity grown = file->identity().value();
    CHECK(grown.size == 3);
    CHECK(grown.inode == before.inode);
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(grown.inode == status.st_ino);
    CHECK(grown.device == status.st_dev);
    CHECK(grown.mtime_ns == (status.st_mtim.tv_sec * 1'000'000'000) + status.st_mtim.tv_nsec);
    const std::unique_ptr<File> other = files->create(folder.at("other")).value();
    CHECK(other->identity().value().inode != grown.inode);
}

TEST_CASE_METHOD(FileFixture, "a file that grows over the limit is no full disk and no signal") {
    const std::unique_ptr<File> file = files->create(path).value();
    const Limit limit(RLIMIT_FSIZE, 4096);
    const Result<void> written = file->write(std::string(10'000, 'x'));
    REQUIRE_FALSE(written);
    CHECK(written.error().reason() == Reason::output_unwritable);
    CHECK(written.error().exit_code() == 6);
    CHECK(written.error().detail() == "cannot write: File too large");
    CHECK(written.error().hint_text().find("ulimit -f") != std::string::npos);
    CHECK(written.error().place().file == path);
    CHECK(file_bytes(path) == std::string(4096, 'x'));
}

TEST_CASE_METHOD(FileFixture, "no descriptors left is told apart from a file that is not there") {
    folder.write("file", "x");
    REQUIRE(files->exists(path, FilePurpose::reading).value());
    std::vector<Reason> reasons;
    {
        // Nothing is checked in here, and the call before is no accident: UBSan needs a descriptor
        // itself when it meets an object's type for the first time.
        const Limit limit(RLIMIT_NOFILE, 3);
        const auto opened = files->open_read(path);
        const auto created = files->create(path);
        reasons = {opened ? Reason::internal_error : opened.error().reason(),
                   created ? Reason::internal_error : created.error().reason()};
    }
    CHECK(reasons == std::vector<Reason>(2, Reason::out_of_descriptors));
}

TEST_CASE("a device that is full makes writing fail with the path") {
    Descriptor descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    REQUIRE(descriptor.is_open());
    PosixFile file(std::move(descriptor), "/dev/full", FilePurpose::writing);
    const Result<void> written = file.write("x");
    REQUIRE_FALSE(written);
    CHECK(written.error().one_line() ==
          "/dev/full: cannot write: No space left on device; free some space, then run the same "
          "command again to go on [disk_full]");
}

TEST_CASE("a failed sync is final and the kernel is not asked again") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Descriptor other(ends[0]);
    const int number = ends[1];
    PosixFile file(Descriptor(number), "a pipe", FilePurpose::writing);
    const Result<void> first = file.sync();
    REQUIRE_FALSE(first);
    CHECK(first.error().reason() == Reason::output_unwritable);
    CHECK(first.error().detail() == "cannot write it through to the disk: Invalid argument");
    // From here on the number stands for a file that the kernel would sync without complaint.
    const ScratchFolder folder;
    const Descriptor healthy(::open(folder.write("file", "x").c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::dup2(healthy.get(), number) == number);
    const Result<void> second = file.sync();
    REQUIRE_FALSE(second);
    CHECK(second.error().detail() == first.error().detail());
}

TEST_CASE_METHOD(FileFixture, "a closed file refuses everything but closing") {
    const std::unique_ptr<File> file = files->create(path).value();
    REQUIRE(file->close());
    CHECK(file->close());
    CHECK(file->write("x").error().detail() == "cannot write: Bad file descriptor");
    CHECK_FALSE(file->sync());
    CHECK_FALSE(file->truncate(0));
    CHECK_FALSE(file->identity());
    std::array<char, 1> one{};
    CHECK_FALSE(file->read(one));
    CHECK(file->path() == path);
}

TEST_CASE_METHOD(FileFixture, "a file opened for reading is not written to") {
    folder.write("file", "kept");
    const std::unique_ptr<File> file = files->open_read(path).value();
    file->drop_cache();
    const Result<void> written = file->write("x");
    REQUIRE_FALSE(written);
    CHECK(written.error().reason() == Reason::source_unreadable);
    CHECK(file_bytes(path) == "kept");
}

}  // namespace
}  // namespace ffdump

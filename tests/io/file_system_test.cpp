// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/file_system.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace ffdump {
namespace {

/// The process's umask while it lives.
class Umask {
 public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    ~Umask() { ::umask(before_); }
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;

 private:
    mode_t before_;
};

mode_t mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & ALLPERMS;
}

std::string word_for(EntryKind kind) {
    switch (kind) {
        case EntryKind::file:
            return "file";
        case EntryKind::directory:
            return "directory";
        case EntryKind::other:
            break;
    }
    return "other";
}

struct FileSystemFixture {
    ScratchFolder folder;
    std::unique_ptr<FileSystem> files = make_posix_file_system();
};

TEST_CASE_METHOD(FileSystemFixture, "files are 0600 and folders 0700 whatever the umask") {
    for (const mode_t mask : {mode_t{0000}, mode_t{0022}, mode_t{0777}}) {
        const Umask umask(mask);
        const ScratchFolder fresh;
        REQUIRE(files->make_directories(fresh.at("a/b")));
        CHECK(mode_of(fresh.at("a")) == 0700);
        CHECK(mode_of(fresh.at("a/b")) == 0700);
        REQUIRE(files->create(fresh.at("a/created")));
        CHECK(mode_of(fresh.at("a/created")) == 0600);
        REQUIRE(files->open_append(fresh.at("a/appended")));
        CHECK(mode_of(fresh.at("a/appended")) == 0600);
        REQUIRE(replace_file(*files, fresh.at("a/replaced"), "x"));
        CHECK(mode_of(fresh.at("a/replaced")) == 0600);
        REQUIRE(files->lock(fresh.at("a/lock"), "x"));
        CHECK(mode_of(fresh.at("a/lock")) == 0600);
    }
}

TEST_CASE_METHOD(FileSystemFixture, "a file that others could read is made private when written") {
    const std::string path = folder.write("wide", "x");
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    REQUIRE(files->open_append(path));
    CHECK(mode_of(path) == 0600);
}

TEST_CASE_METHOD(FileSystemFixture, "symbolic links are refused for writing and left alone") {
    const std::string target = folder.write("target", "kept");
    const std::string link = folder.at("link");
    REQUIRE(::symlink(target.c_str(), link.c_str()) == 0);
    for (const auto& opened : {files->create(link), files->open_append(link)}) {
        REQUIRE_FALSE(opened);
        CHECK(opened.error().reason() == Reason::output_unwritable);
        CHECK(opened.error().one_line() ==
              link +
                  ": cannot open for writing: it is a symbolic link; give the real path; links "
                  "are not followed where biometric data are written [output_unwritable]");
    }
    CHECK(file_bytes(target) == "kept");
    CHECK(files->open_read(link));
}

TEST_CASE_METHOD(FileSystemFixture, "a FIFO, a device and a folder are refused without waiting") {
    const std::string fifo = folder.at("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto read = files->open_read(fifo);
    REQUIRE_FALSE(read);
    CHECK(read.error().reason() == Reason::source_unreadable);
    CHECK(read.error().detail() == "it is not a regular file");
    const auto written = files->open_append(fifo);
    REQUIRE_FALSE(written);
    CHECK(written.error().reason() == Reason::output_unwritable);
    CHECK(files->open_read("/dev/zero").error().detail() == "it is not a regular file");
    CHECK(files->open_append("/dev/full").error().detail() == "it is not a regular file");
    CHECK(files->open_read(folder.text()).error().detail() == "it is a directory");
}

TEST_CASE_METHOD(FileSystemFixture, "errors name the path, errno's text and the reason") {
    const std::string absent = folder.at("absent");
    const auto read = files->open_read(absent);
    REQUIRE_FALSE(read);
    CHECK(read.error().reason() == Reason::source_unreadable);
    CHECK(read.error().detail() == "cannot open: No such file or directory");
    CHECK(read.error().place().file == absent);
    const std::string inside = absent + "/file";
    const auto created = files->create(inside);
    REQUIRE_FALSE(created);
    CHECK(created.error().reason() == Reason::output_unwritable);
    CHECK(created.error().detail() == "cannot open for writing: No such file or directory");
    CHECK(created.error().place().file == inside);
    const auto listed = files->list(absent, FilePurpose::writing);
    REQUIRE_FALSE(listed);
    CHECK(listed.error().reason() == Reason::output_unwritable);
    CHECK(listed.error().detail() == "cannot list the folder: No such file or directory");
    CHECK(listed.error().place().file == absent);
    CHECK(files->list(absent, FilePurpose::reading).error().reason() == Reason::source_unreadable);
    CHECK(files->sync_directory(absent).error().reason() == Reason::output_unwritable);
    CHECK(files->free_bytes(absent).error().detail() ==
          "cannot ask for the free space: No such file or directory");
}

TEST_CASE_METHOD(FileSystemFixture, "renaming replaces, renaming to a new name does not") {
    const std::string from = folder.write("from", "new");
    const std::string to = folder.write("to", "old");
    const Result<void> refused = files->rename_new(from, to);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::output_occupied);
    CHECK(refused.error().place().file == to);
    CHECK(file_bytes(to) == "old");
    CHECK(file_bytes(from) == "new");
    REQUIRE(files->rename(from, to));
    CHECK(file_bytes(to) == "new");
    REQUIRE(files->rename_new(to, folder.at("third")));
    CHECK(file_bytes(folder.at("third")) == "new");
    const Result<void> absent = files->rename_new(from, to);
    REQUIRE_FALSE(absent);
    CHECK(absent.error().reason() == Reason::output_unwritable);
    CHECK(absent.error().place().file == from);
    CHECK_FALSE(files->rename(from, to));
}

TEST_CASE_METHOD(FileSystemFixture, "renaming to a new name refuses a link to nowhere") {
    const std::string from = folder.write("from", "new");
    REQUIRE(::symlink("nowhere", folder.at("to").c_str()) == 0);
    CHECK(files->exists(folder.at("to"), FilePurpose::reading).value());
    CHECK(files->rename_new(from, folder.at("to")).error().reason() == Reason::output_occupied);
}

TEST_CASE_METHOD(FileSystemFixture, "a name that cannot be looked at is neither taken nor free") {
    REQUIRE(files->make_directories(folder.at("locked/inner")));
    const std::string hidden = folder.at("locked/inner/file");
    CHECK_FALSE(files->exists(hidden, FilePurpose::reading).value());
    CHECK_FALSE(files->exists(folder.at(std::string(300, 'n')), FilePurpose::reading).value());
    REQUIRE(::chmod(folder.at("locked").c_str(), 0) == 0);
    // The privileged may look everywhere.
    const uid_t user = ::geteuid();
    REQUIRE((user != 0 || ::seteuid(65534) == 0));
    const Result<bool> exists = files->exists(hidden, FilePurpose::reading);
    const Result<bool> is_folder = files->is_directory(hidden, FilePurpose::writing);
    const Result<std::unique_ptr<File>> opened = files->open_read(hidden);
    REQUIRE((user != 0 || ::seteuid(0) == 0));
    REQUIRE(::chmod(folder.at("locked").c_str(), 0700) == 0);
    for (const auto& [told, reason] : {std::pair(&exists, Reason::source_unreadable),
                                       std::pair(&is_folder, Reason::output_unwritable)}) {
        REQUIRE_FALSE(*told);
        CHECK(told->error().reason() == reason);
        CHECK(told->error().detail() == "cannot look at it: Permission denied");
        CHECK(told->error().place().file == hidden);
    }
    REQUIRE_FALSE(opened);
    CHECK(opened.error().reason() == Reason::source_unreadable);
}

TEST_CASE_METHOD(FileSystemFixture, "removing what is not there is no error") {
    const std::string path = folder.write("file", "x");
    CHECK(files->remove(path));
    CHECK_FALSE(files->exists(path, FilePurpose::reading).value());
    CHECK(files->remove(path));
    CHECK_FALSE(files->remove(folder.text()));
}

TEST_CASE_METHOD(FileSystemFixture, "folders are made with their parents and again without error") {
    REQUIRE(files->make_directories(folder.at("a/b/c/")));
    CHECK(files->is_directory(folder.at("a/b/c"), FilePurpose::reading).value());
    CHECK(files->make_directories(folder.at("a/b/c")));
    CHECK(files->sync_directory(folder.at("a/b")));
    const std::string file = folder.write("file", "x");
    CHECK_FALSE(files->make_directories(file));
    CHECK_FALSE(files->make_directories(file + "/below"));
    CHECK_FALSE(files->is_directory(file, FilePurpose::reading).value());
}

TEST_CASE_METHOD(FileSystemFixture, "a folder is listed by name with the kinds of its entries") {
    folder.write("b", "");
    folder.write(".hidden", "");
    REQUIRE(files->make_directories(folder.at("a")));
    REQUIRE(::symlink("b", folder.at("link").c_str()) == 0);
    REQUIRE(::mkfifo(folder.at("pipe").c_str(), 0600) == 0);
    const std::vector<DirectoryEntry> entries =
        files->list(folder.text(), FilePurpose::reading).value();
    std::string seen;
    for (const DirectoryEntry& entry : entries) {
        seen += entry.name + " " + word_for(entry.kind) + ", ";
    }
    CHECK(seen == ".hidden file, a directory, b file, link other, pipe other, ");
}

TEST_CASE_METHOD(FileSystemFixture, "free space is told for the file system of a folder") {
    CHECK(files->free_bytes(folder.text()).value() > 0);
    CHECK(files->free_bytes("/proc").value() == 0);
}

TEST_CASE_METHOD(FileSystemFixture, "no descriptor is inherited by a program that is started") {
    const auto file = files->create(folder.at("file")).value();
    const auto lock = files->lock(folder.at("lock"), "x").value();
    const auto read = files->open_read(folder.at("file")).value();
    int ours = 0;
    for (int number = 3; number < 64; ++number) {
        const int flags = ::fcntl(number, F_GETFD);
        const std::string link = "/proc/self/fd/" + std::to_string(number);
        std::string target(4096, '\0');
        const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
        if (flags >= 0 && length > 0 && target.starts_with(folder.text())) {
            ++ours;
            CHECK((flags & FD_CLOEXEC) != 0);
        }
    }
    CHECK(ours == 4);  // the lock has its folder as well
}

}  // namespace
}  // namespace ffdump

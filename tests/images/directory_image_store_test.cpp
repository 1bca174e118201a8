// SPDX-License-Identifier: Apache-2.0
#include "directory_image_store.hpp"

#include "image_bytes.hpp"
#include "image_folder.hpp"
#include "image_waiter.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace ffdump {
namespace {

ImageFolder open_folder(const ScratchFolder& scratch, FolderWalk walk) {
    ImageFolder folder = ImageFolder::open(scratch.text()).value();
    folder.use_walk(walk);
    return folder;
}

Reason refusal_of(const ImageFolder& folder, const std::string& name) {
    const Result<std::string> bytes = folder.read(name, 1000);
    INFO(name);
    REQUIRE_FALSE(bytes);
    return bytes.error().reason();
}

TEST_CASE("an image folder uses the kernel's own walk where there is one") {
    const ScratchFolder scratch;
    CHECK(ImageFolder::open(scratch.text()).value().walk() == FolderWalk::kernel);
}

TEST_CASE("an image folder is never left, by either walk") {
    const FolderWalk walk = GENERATE(FolderWalk::kernel, FolderWalk::by_part);
    const ScratchFolder outside;
    outside.write("secret.png", png_bytes());
    const ScratchFolder scratch;
    scratch.write("in/a.png", png_bytes());
    const auto link = [&scratch](const std::string& target, const std::string& name) {
        std::filesystem::create_symlink(target, scratch.at(name));
    };
    link(outside.at("secret.png"), "file.png");
    link(outside.text(), "folder");
    link("a.png", "in/beside.png");
    link("/proc/self/root", "root");
    const ImageFolder folder = open_folder(scratch, walk);
    CHECK(folder.read("in/a.png", 1000) == png_bytes());
    for (const std::string name :
         {"file.png", "folder/secret.png", "in/beside.png", "root/etc/passwd", "folder"}) {
        CHECK(refusal_of(folder, name) == Reason::image_id_invalid);
    }
}

TEST_CASE("an image folder reads regular files only, and waits for nobody") {
    const FolderWalk walk = GENERATE(FolderWalk::kernel, FolderWalk::by_part);
    const ScratchFolder scratch;
    std::filesystem::create_directory(scratch.at("folder"));
    REQUIRE(mkfifo(scratch.at("fifo").c_str(), 0600) == 0);
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(scratch.at("socket"), std::begin(address.sun_path));
    REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const ImageFolder folder = open_folder(scratch, walk);
    CHECK(refusal_of(folder, "folder") == Reason::image_missing);
    CHECK(refusal_of(folder, "fifo") == Reason::image_id_invalid);
    CHECK(refusal_of(folder, "socket") == Reason::image_id_invalid);
    CHECK(refusal_of(folder, std::string(300, 'n')) == Reason::image_id_invalid);
    close(listener);
}

TEST_CASE("an image folder tells a missing image from a file in a folder's place") {
    const FolderWalk walk = GENERATE(FolderWalk::kernel, FolderWalk::by_part);
    const ScratchFolder scratch;
    scratch.write("a.png", png_bytes());
    const ImageFolder folder = open_folder(scratch, walk);
    CHECK(folder.read("b.png", 1000).error().detail() == "the storage has no such image");
    CHECK(folder.read("a.png/b.png", 1000).error().detail() ==
          "a part of the name is a file and not a folder");
}

TEST_CASE("an image folder reads sizes up to its limit and none above") {
    const ScratchFolder scratch;
    const ImageFolder folder = open_folder(scratch, FolderWalk::kernel);
    for (const std::size_t size : {0U, 1U, 99U, 100U}) {
        scratch.write("a", std::string(size, 'x'));
        CHECK(folder.read("a", 100) == std::string(size, 'x'));
    }
    scratch.write("a", std::string(101, 'x'));
    CHECK(folder.read("a", 100).error().reason() == Reason::image_too_large);
}

TEST_CASE("an image folder that is removed in mid-run is a fault of the storage") {
    ScratchFolder scratch;
    const ImageFolder folder = open_folder(scratch, FolderWalk::kernel);
    std::filesystem::remove(scratch.text());
    CHECK(refusal_of(folder, "a.png") == Reason::storage_unreadable);
}

TEST_CASE("an image folder without permission is a fault of the storage") {
    const ScratchFolder scratch;
    scratch.write("a.png", png_bytes());
    REQUIRE(chmod(scratch.at("a.png").c_str(), 0) == 0);
    const ImageFolder folder = open_folder(scratch, FolderWalk::kernel);
    // Root may read everything: for this thread's file access be somebody else.
    const int before = geteuid() == 0 ? setfsuid(65534) : -1;
    const Result<std::string> bytes = folder.read("a.png", 1000);
    if (before >= 0) {
        setfsuid(static_cast<uid_t>(before));
    }
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().reason() == Reason::storage_unreadable);
    CHECK(bytes.error().detail() == "the image cannot be read: Permission denied");
}

/// For as long as it lives, no file can be opened.
class NoDescriptors {
 public:
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
    rlimit before_{};
};

TEST_CASE("an image folder tells no folder of a name from a storage that does not tell") {
    const FolderWalk walk = GENERATE(FolderWalk::kernel, FolderWalk::by_part);
    const ScratchFolder scratch;
    scratch.write("file", "x");
    std::filesystem::create_directory(scratch.at("folder"));
    std::filesystem::create_symlink("folder", scratch.at("link"));
    const ImageFolder folder = open_folder(scratch, walk);
    CHECK(folder.has_folder("folder").value());
    for (const std::string name : {"none", "file", "file/below", "link"}) {
        CHECK_FALSE(folder.has_folder(name).value());
    }
    const auto while_none_is_left = [&folder] {
        const NoDescriptors none;
        return folder.has_folder("folder");
    };
    const Result<bool> untold = while_none_is_left();
    REQUIRE_FALSE(untold);
    CHECK(untold.error().reason() == Reason::out_of_descriptors);
}

TEST_CASE("an image that a URL names is a fault of the storage until it tells of its folder") {
    const ScratchFolder scratch;
    scratch.write("by-url/h_80/a.png", png_bytes());
    const auto look = [](DirectoryImageStore& store) {
        Mailbox<Result<void>> mailbox;
        store.check("http://h/a.png", [&mailbox](const Result<void>& is) { mailbox.post(is); });
        std::vector<Result<void>> ends;
        mailbox.take_all(ends, std::chrono::seconds(10));
        return ends.empty() ? failed(Reason::internal_error, "no answer") : ends.front();
    };
    const auto open_store = [&scratch] {
        return std::make_unique<DirectoryImageStore>(open_folder(scratch, FolderWalk::kernel),
                                                     scratch.text(), ImageNames({}),
                                                     ImageRules{1000, {}}, 1);
    };
    // Nothing is checked while no descriptor is left, and the look of another store before is no
    // accident: UBSan needs a descriptor itself when it meets a type for the first time.
    REQUIRE(look(*open_store()));
    const auto store = open_store();
    const auto while_none_is_left = [&] {
        const NoDescriptors none;
        return look(*store);
    };
    const Result<void> untold = while_none_is_left();
    REQUIRE_FALSE(untold);
    CHECK(untold.error().reason() == Reason::out_of_descriptors);
    CHECK(untold.error().place().file == scratch.at("by-url"));
    CHECK(look(*store));
}

TEST_CASE("descriptors that run out are a fault of the machine, not of an image") {
    const ScratchFolder scratch;
    scratch.write("a.png", png_bytes());
    const ImageFolder folder = open_folder(scratch, FolderWalk::kernel);
    const auto while_none_is_left = [&folder] {
        const NoDescriptors none;
        return folder.read("a.png", 1000);
    };
    const Result<std::string> bytes = while_none_is_left();
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().reason() == Reason::out_of_descriptors);
}

TEST_CASE("a destroyed directory store has called every done exactly once") {
    const ScratchFolder scratch;
    scratch.write("a.png", png_bytes());
    constexpr std::size_t kCount = 500;
    Mailbox<bool> mailbox;
    {
        DirectoryImageStore store(open_folder(scratch, FolderWalk::kernel), scratch.text(),
                                  ImageNames({}), {1000, {}}, 2);
        for (std::size_t i = 0; i < kCount; ++i) {
            store.fetch("a.png", [&mailbox](const Result<Image>& image) {
                mailbox.post(image || image.error().reason() == Reason::interrupted);
            });
        }
    }
    std::vector<bool> ends;
    REQUIRE(mailbox.take_all(ends, std::chrono::seconds(0)));
    CHECK(ends == std::vector<bool>(kCount, true));
}

}  // namespace
}  // namespace ffdump

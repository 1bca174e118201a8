// SPDX-License-Identifier: Apache-2.0
#include "support/made_archive.hpp"
#include "verify/dump_pair.hpp"

#include "ffdump/archive/archive_view.hpp"
#include "ffdump/dump/dump_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace ffdump {
namespace {

using Names = std::vector<std::string>;

/// Files larger than what is kept of their beginnings, in an archive in an order that is not
/// theirs.
struct Tarred {
    explicit Tarred(Packing packing) {
        MadeArchive archive(packing);
        archive.add_folder("dump/");
        for (const std::string name : {"b", "c", "a"}) {
            std::string& content = contents[name];
            for (int i = 0; content.size() < 700'000; ++i) {
                content += name + std::to_string(i);
            }
            archive.add("./dump/" + name, content);
        }
        archive.add("./dump/.hidden/a", "passed over").add("./dump/.ffdump/manifest.json", "{}");
        path = folder.write("dump.tar.any", archive.bytes());
    }
    [[nodiscard]] std::unique_ptr<FileSystem> view() const {
        return open_tar_view(*files, path, {}).value();
    }

    ScratchFolder folder;
    std::unique_ptr<FileSystem> files = make_posix_file_system();
    std::map<std::string, std::string> contents;
    std::string path;
};

Names names_in(FileSystem& files, const std::string& folder) {
    Names names;
    const std::vector<DirectoryEntry> entries = files.list(folder, FilePurpose::reading).value();
    for (const DirectoryEntry& entry : entries) {
        names.push_back(entry.name);
    }
    return names;
}

Reason refused(const std::string& bytes) {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const auto view = open_tar_view(*files, folder.write("dump.tar", bytes), {});
    REQUIRE_FALSE(view);
    return view.error().reason();
}

}  // namespace

TEST_CASE("a tar archive of any packing is the directory of the files in it") {
    const Tarred tarred(GENERATE(Packing::plain, Packing::gzip, Packing::zstd));
    const auto view = tarred.view();
    CHECK(view->is_directory(tarred.path, FilePurpose::reading).value());
    CHECK((names_in(*view, tarred.path) == Names{".ffdump", "a", "b", "c"}));
    CHECK((names_in(*view, tarred.path + "/.ffdump") == Names{"manifest.json"}));
    CHECK_FALSE(view->exists(tarred.path + "/.hidden", FilePurpose::reading).value());
    CHECK_FALSE(view->open_read(tarred.path + "/d"));
    CHECK_FALSE(view->create(tarred.path + "/d"));
    CHECK(view->open_read(tarred.path + "/b").value()->identity()->size ==
          tarred.contents.at("b").size());
}

TEST_CASE("files of an archive are read side by side, at any place and in any order") {
    const Tarred tarred(GENERATE(Packing::plain, Packing::zstd));
    const auto view = tarred.view();
    const auto open = [&](const char* name) {
        return view->open_read(tarred.path + "/" + name).value();
    };
    const auto a = open("a");
    const auto b = open("b");
    for (const std::uint64_t at : {0U, 262'000U, 300'000U, 699'000U, 270'000U, 100U, 800'000U}) {
        for (const auto& [name, file] : {std::pair("a", a.get()), std::pair("b", b.get())}) {
            const std::string& content = tarred.contents.at(name);
            std::string got(70'000, '\0');
            got.resize(file->read_at(got, at).value());
            CAPTURE(name, at);
            CHECK((got == content.substr(std::min<std::size_t>(at, content.size()), 70'000)));
        }
    }
    for (const auto& [name, content] : tarred.contents) {
        CHECK((read_small_file(*open(name.c_str()), content.size()).value() == content));
    }
}

TEST_CASE("what is no tar archive is left to others") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const auto is_none = [&](const std::string& path) {
        const auto view = open_tar_view(*files, path, {});
        return view && *view == nullptr;
    };
    CHECK(is_none(folder.path()));
    CHECK(is_none(folder.at("nothing.tar")));
    CHECK(is_none(folder.write("a.json", "{}\n")));
    CHECK(is_none(folder.write("empty", "")));
    for (const Packing packing : {Packing::gzip, Packing::zstd}) {
        CHECK(is_none(folder.write("b.json", MadeArchive(packing, false).add("x", "{}").bytes())));
    }
}

TEST_CASE("an archive that is cut, holds a link or two files of one name is refused") {
    const Packing packing = GENERATE(Packing::plain, Packing::gzip, Packing::zstd);
    const auto archive = [packing] { return MadeArchive(packing).add("s1/a", "a").bytes(); };
    const std::string bytes = archive();
    CHECK(refused(bytes.substr(0, std::min<std::size_t>(bytes.size() - 1, 1024))) ==
          Reason::source_unreadable);
    CHECK(refused(MadeArchive(packing).add("s1/a", "a").add("s2/a", "b").bytes()) ==
          Reason::source_unreadable);
    CHECK(refused(MadeArchive(packing).add("a", "a").add_link("b").bytes()) ==
          Reason::source_unreadable);
}

TEST_CASE("a tar archive that is replaced while it is read is told") {
    const Tarred tarred(Packing::zstd);
    const auto view = tarred.view();
    const auto file = view->open_read(tarred.path + "/a").value();
    std::string got(700'000, '\0');
    CHECK(file->read_at(got, 0));
    tarred.folder.write("other", "not the same");
    std::filesystem::rename(tarred.folder.at("other"), tarred.path);
    const auto again = file->read_at(got, 300'000);
    REQUIRE_FALSE(again);
    CHECK(again.error().reason() == Reason::source_changed);
}

TEST_CASE("looking through a tar archive can be interrupted") {
    const Tarred tarred(Packing::gzip);
    const auto view =
        open_tar_view(*tarred.files, tarred.path, [](std::uint64_t) { return false; });
    REQUIRE_FALSE(view);
    CHECK(view.error().reason() == Reason::interrupted);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/dump_directory.hpp"

#include "support/dump_reading.hpp"
#include "support/faulty_file_system.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

namespace ffdump {
namespace {

class DumpFolder {
 public:
    DumpFolder() : files_(make_posix_file_system()) {}

    void add(const std::string& name, Container container) {
        folder_.write(name, dump_of({RecordBuilder(1).text(), RecordBuilder(2).text()}, container));
    }
    [[nodiscard]] Result<std::vector<DumpFile>> open(const std::string& path = "") const {
        return open_dump(*files_, path.empty() ? folder_.text() : path, shipped_profiles());
    }
    [[nodiscard]] Error refusal(const std::string& path = "") const {
        const Result<std::vector<DumpFile>> dump = open(path);
        REQUIRE_FALSE(dump);
        return dump.error();
    }
    [[nodiscard]] const ScratchFolder& folder() const { return folder_; }
    [[nodiscard]] FileSystem& files() const { return *files_; }

 private:
    ScratchFolder folder_;
    std::unique_ptr<FileSystem> files_;
};

TEST_CASE("a dump is the files of its folder in the order of their names") {
    DumpFolder dump;
    dump.add("ffsec_face_events.json", Container::json_lines);
    dump.add("b.jsonl", Container::json_array);
    dump.add("c.ndjson", Container::json_lines);
    dump.add("a_text.dat", Container::json_array);
    dump.add(".hidden.json", Container::json_lines);
    dump.add(".ffdump/inside.json", Container::json_lines);
    dump.add("folder.json/inside.json", Container::json_lines);
    const Result<std::vector<DumpFile>> files = dump.open();
    REQUIRE(files);
    REQUIRE(files->size() == 4);
    const std::vector<std::string> galleries{"a_text.dat", "b", "c", "ffsec_face_events"};
    for (std::size_t i = 0; i < 4; ++i) {
        const DumpFile& file = files->at(i);
        CHECK(file.gallery == galleries[i]);
        CHECK(file.path == dump.folder().at(file.name));
        CHECK(file.profile.container == (i < 2 ? Container::json_array : Container::json_lines));
        CHECK_FALSE(file.evidence.empty());
        CHECK(file.identity.size == std::filesystem::file_size(file.path));
        CHECK(file.identity.inode != 0);
    }
}

TEST_CASE("a dump may be one file") {
    DumpFolder dump;
    dump.add("one.json", Container::json_array);
    dump.add("two.json", Container::json_array);
    const Result<std::vector<DumpFile>> files = dump.open(dump.folder().at("two.json"));
    REQUIRE(files);
    REQUIRE(files->size() == 1);
    CHECK(files->front().name == "two.json");
    CHECK(files->front().gallery == "two");
}

TEST_CASE("a gallery's name is the file's name without a known ending") {
    CHECK(gallery_of_file("ffsec_face_events.json") == "ffsec_face_events");
    CHECK(gallery_of_file("a.b.jsonl") == "a.b");
    CHECK(gallery_of_file("a.ndjson") == "a");
    CHECK(gallery_of_file("a.JSON") == "a.JSON");
    CHECK(gallery_of_file("a") == "a");
    CHECK(gallery_of_file(".json") == ".json");
}

TEST_CASE("a dump that is not there or holds no file is refused") {
    DumpFolder dump;
    CHECK(dump.refusal().reason() == Reason::source_unreadable);
    CHECK(dump.refusal().detail() == "the folder holds no file");
    CHECK(dump.refusal(dump.folder().at("absent")).reason() == Reason::source_unreadable);
    dump.add(".ffdump/only.json", Container::json_lines);
    CHECK(dump.refusal().reason() == Reason::source_unreadable);
}

TEST_CASE("a file of no known layout is refused with its path") {
    DumpFolder dump;
    dump.add("a.json", Container::json_lines);
    dump.folder().write("b.json", "what is this\n");
    const Error error = dump.refusal();
    CHECK(error.reason() == Reason::source_unrecognized);
    CHECK(error.place().file == dump.folder().at("b.json"));
}

TEST_CASE("names that would steer a terminal or are not UTF-8 are refused") {
    const std::string right_to_left{'\xE2', '\x80', '\xAE'};
    for (const std::string& name : std::vector<std::string>{
             "a\x1b[2J.json", "a\n.json", "a\xFF.json", "a" + right_to_left + ".json"}) {
        DumpFolder dump;
        dump.add(name, Container::json_lines);
        CHECK(dump.refusal().reason() == Reason::source_unreadable);
        CHECK(dump.refusal().hint_text().find("rename") == 0);
    }
    DumpFolder dump;
    dump.add("\xD0\xB6 a\\b.json", Container::json_lines);
    CHECK(dump.open());
}

TEST_CASE("links and pipes in a dump are refused rather than passed over") {
    DumpFolder dump;
    dump.add("a.json", Container::json_lines);
    std::filesystem::create_symlink("a.json", dump.folder().at("b.json"));
    const Error error = dump.refusal();
    CHECK(error.reason() == Reason::source_unreadable);
    CHECK(error.place().file == dump.folder().at("b.json"));
}

TEST_CASE("opening a dump passes on every failure of the file system") {
    DumpFolder dump;
    dump.add("a.json", Container::json_lines);
    for (std::uint64_t nth = 1;; ++nth) {
        FaultyFileSystem faulty(dump.files());
        faulty.fail_at(nth, {.reason = Reason::source_unreadable, .code = EIO});
        const Result<std::vector<DumpFile>> opened =
            open_dump(faulty, dump.folder().text(), shipped_profiles());
        if (!faulty.has_struck()) {
            CHECK(opened);
            CHECK(nth > 4);
            break;
        }
        REQUIRE_FALSE(opened);
        CHECK(opened.error().reason() == Reason::source_unreadable);
    }
}

}  // namespace
}  // namespace ffdump

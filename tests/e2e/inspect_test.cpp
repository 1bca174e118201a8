// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"
#include "support/made_archive.hpp"

#include "ffdump/io/compression.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

ChildEnd inspect_input(const std::string& input, const Arguments& more = {}) {
    Arguments arguments{"inspect", "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ChildCommand command = ffdump_command(std::move(arguments));
    command.input = input;
    ChildProcess child(command);
    return child.wait().value();
}

nlohmann::json files_in(const ChildEnd& end) {
    return nlohmann::json::parse(end.out).at("files");
}

TEST_CASE("inspect says the same of a dump in a folder, in an archive and on standard input") {
    const MadeDump dump(20);
    const std::string text = file_bytes(dump.at("dump/faces.json"));
    MadeArchive archive(Packing::zstd);
    archive.add("dump/faces.json", text);
    const std::string packed = archive.bytes();
    const std::string path = dump.folder().write("dump.tar.zst", packed);

    auto in_folder = files_in(run_ffdump({"inspect", dump.from(), "--json"}));
    REQUIRE(in_folder.size() == 1);
    CHECK(in_folder[0].at("records") == 20);
    for (const ChildEnd& end :
         {run_ffdump({"inspect", path, "--json"}), inspect_input(packed, {"--json"})}) {
        INFO(end.err);
        CHECK(end.code == 0);
        CHECK(files_in(end) == in_folder);
    }
    auto piped = files_in(inspect_input(text, {"--json"}));
    REQUIRE(piped.size() == 1);
    CHECK(piped[0].at("gallery") == "standard-input");
    CHECK(piped[0].at("records") == 20);
}

TEST_CASE("inspect of an archive names the place of a problem within its file") {
    MadeArchive archive(Packing::gzip);
    archive.add("dump/faces.json", MadeDump::record(1) + "\n{\"id\":2}\n");
    const ChildEnd end = inspect_input(archive.bytes());
    INFO(end.out << end.err);
    CHECK(end.code == 4);
    CHECK(has(end.out, "faces.json:2 (byte"));
    CHECK(has(end.out, "field_missing"));
}

TEST_CASE("inspect of a torn archive ends with one line and a code for corrupt input") {
    MadeArchive archive(Packing::zstd);
    archive.add("dump/faces.json", MadeDump::record(1) + "\n");
    const std::string whole = archive.bytes();
    const ChildEnd end = inspect_input(whole.substr(0, whole.size() / 2));
    CHECK(end.code == 4);
    CHECK(lines_of(end.err).size() == 1);
    CHECK(has(end.err, "standard-input"));
}

TEST_CASE("inspect drafts a profile with which it reads the file") {
    const ScratchFolder folder;
    const std::string vector(1708, 'Q');
    std::string text;
    for (int id = 1; id <= 3; ++id) {
        text += R"({"uid":)" + std::to_string(id) + R"(,"vec":")" + vector + "\"}\n";
    }
    const std::string path = folder.write("faces.json", text);
    CHECK(run_ffdump({"inspect", path}).code == 4);
    const ChildEnd draft = run_ffdump({"inspect", "--suggest-format", path});
    INFO(draft.out << draft.err);
    CHECK(draft.code == 0);
    CHECK_FALSE(has(draft.out, "QQ"));
    const std::string profile = folder.write("draft.yaml", draft.out);
    const ChildEnd read = run_ffdump({"inspect", path, "--json", "--format", profile});
    CHECK(read.code == 0);
    CHECK(files_in(read)[0].at("records") == 3);
    CHECK(run_ffdump({"inspect", "--suggest-format", profile}).code == 4);
}

TEST_CASE("inspect reads members of an archive that are packed themselves") {
    const MadeDump dump(20);
    const std::string text = file_bytes(dump.at("dump/faces.json"));
    const auto wanted = files_in(run_ffdump({"inspect", dump.from(), "--json"}));
    for (const char* const how : {"zstd", "gzip"}) {
        const Compression packing = Compression::parse(how).value();
        const auto packer = make_byte_packer(packing);
        std::string packed;
        REQUIRE(packer->add(packed, text));
        REQUIRE(packer->end_frame(packed));
        MadeArchive archive(Packing::gzip);
        archive.add("dump/" + packed_name("faces.json", packing.kind), packed);
        const ChildEnd end = inspect_input(archive.bytes(), {"--json"});
        INFO(end.err);
        CHECK(end.code == 0);
        auto seen = files_in(end);
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].at("gallery") == "faces");
        CHECK(seen[0].at("records") == wanted[0].at("records"));
        CHECK(seen[0].at("bytes") == wanted[0].at("bytes"));
    }
}

TEST_CASE("inspect finds two files of one name in an archive unsound") {
    MadeArchive archive(Packing::gzip);
    archive.add("a/faces.json", MadeDump::record(1) + "\n");
    archive.add("b/faces.json", MadeDump::record(2) + "\n");
    const ChildEnd end = inspect_input(archive.bytes());
    CHECK(end.code == 4);
    CHECK(has(end.out, "b/faces.json: the archive has a file of this name before it"));
}

TEST_CASE("inspect finds an empty pipe unsound, and an empty gallery sound") {
    const ScratchFolder folder;
    const std::string path = folder.write("faces.json", "");
    CHECK(run_ffdump({"inspect", path}).code == 0);
    const ChildEnd end = inspect_input("");
    CHECK(end.code == 4);
    CHECK(has(end.err, "standard-input: no byte came"));
}

TEST_CASE("inspect finds an archive of empty galleries sound") {
    MadeArchive archive(Packing::gzip);
    archive.add("faces.json", "");
    archive.add("more.json", "");
    const ChildEnd end = inspect_input(archive.bytes());
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(has(end.out, "more.json"));
}

TEST_CASE("inspect names folders that it passes over") {
    const MadeDump dump(2);
    dump.folder().write("dump/older/faces.json", "x");
    const ChildEnd end = run_ffdump({"inspect", dump.from()});
    CHECK(end.code == 0);
    CHECK(has(end.out, "older/: a folder, passed over"));
    const auto json = nlohmann::json::parse(run_ffdump({"inspect", dump.from(), "--json"}).out);
    CHECK(json.at("folders_passed_over") == nlohmann::json::array({"older"}));
}

TEST_CASE(
    "inspect tells norms, equal facens, records without image, galleries and fields of meta") {
    const ScratchFolder folder;
    const std::string path = folder.write(
        "all.json", R"({"id":1,"gallery":"cars","facen":"AACAPwAAAAA=","meta":{"x":1}})"
                    "\n"
                    R"({"id":2,"gallery":"faces","facen":"AACAPwAAAAA=","meta":{}})"
                    "\n");
    const ChildEnd end = run_ffdump({"inspect", path});
    INFO(end.out << end.err);
    CHECK(end.code == 0);
    CHECK(has(end.out, "2 galleries "));
    CHECK(has(end.out, "all.json: galleries in records: cars x 1, faces x 1"));
    CHECK(has(end.out, "all.json: 2 records have no normalized image"));
    CHECK(has(end.out, "all.json: norms from 1.000000 to 1.000000, median 1.000000"));
    CHECK(has(end.out, "all.json: 1 facens occur more than once"));
    CHECK(has(end.out, "all.json: fields of meta, of 2 records: x number 50.0 %"));
}

}  // namespace
}  // namespace ffdump

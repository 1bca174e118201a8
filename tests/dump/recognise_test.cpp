// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ffdump;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const std::string facen_text = "AACAPwAAAAA=";  // 1, 0

std::string record(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"facen":")" + facen_text +
           R"(","meta":{"normalized_id":"1_x.png"}})";
}

Result<Recognition> recognised(const std::string& text, bool whole = true) {
    return recognise(text, whole, shipped_profiles());
}

std::string name_of(const std::string& text, bool whole = true) {
    const auto recognition = recognised(text, whole);
    INFO((recognition ? "" : recognition.error().one_line()));
    REQUIRE(recognition);
    return recognition->profile.name;
}

std::string problem(const std::string& text, bool whole = true) {
    const auto recognition = recognised(text, whole);
    REQUIRE_FALSE(recognition);
    CHECK(recognition.error().reason() == Reason::source_unrecognized);
    return recognition.error().one_line();
}

/// As formats/README.md has it.
const std::string own_profile =
    "name: our-dump\n"
    "title: dumps of our own script\n"
    "version: 1\n"
    "container: json_lines\n"
    "record:\n"
    "  id: face.uid\n"
    "  facen: face.vector\n"
    "  meta: face.info\n"
    "  normalized_id: face.info.norm\n"
    "facen_encoding: base64-float32le\n"
    "gallery_from: file_name\n";
const std::string own_record =
    R"({"face":{"uid":1234567,"vector":")" + facen_text + R"(","info":{"norm":"1_x.png"}}})";

}  // namespace

TEST_CASE("a file of lines and a file with one array are told apart by their first byte") {
    const std::string two = record(1) + "\n" + record(2) + "\n";
    CHECK(name_of(two) == "json-lines");
    CHECK(name_of("\n \r\n" + two) == "json-lines");
    CHECK(name_of("[" + record(1) + "," + record(2) + "]") == "json-array");
    CHECK(name_of(" \n[\n" + record(1) + "\n]\n") == "json-array");
    CHECK(name_of("[]") == "json-array");
    CHECK(recognised(two)->evidence ==
          "first byte {, 2 of 2 records have id and facen, 0 facen_model, 2 normalized_id");
}

TEST_CASE("lines whose records name a gallery are told from lines whose records do not") {
    const std::string mixed = R"({"gallery":"a",)" + record(1).substr(1) + "\n";
    CHECK(name_of(mixed + record(2) + "\n") == "json-lines-mixed");
    CHECK(recognised(mixed)->evidence ==
          "first byte {, 1 of 1 records have id and facen, 0 facen_model, 1 normalized_id, 1 "
          "gallery");
    CHECK(recognised(mixed)->gallery.empty());
    CHECK(name_of(R"({"gallery":null,)" + record(1).substr(1)) == "json-lines");
    // No name of a gallery.
    CHECK(name_of(R"({"gallery":7,)" + record(1).substr(1)) == "json-lines");
}

TEST_CASE("an empty file is one of lines without records") {
    CHECK(name_of("") == "json-lines");
    CHECK(name_of(" \r\n\n") == "json-lines");
    CHECK(recognised("")->evidence == "the file holds no record");
    CHECK_FALSE(recognised(std::string(kRecognitionBytes, ' '), false));
}

TEST_CASE("a record torn by the end of the prefix does not count, wherever it is torn") {
    const std::string lines = record(1) + "\n" + record(2) + "\n";
    for (std::size_t length = record(1).size(); length <= lines.size(); ++length) {
        CAPTURE(length);
        CHECK(name_of(lines.substr(0, length), false) == "json-lines");
    }
    const std::string array = "[" + record(1) + " , " + record(2) + "]";
    for (std::size_t length = record(1).size() + 1; length <= array.size(); ++length) {
        CAPTURE(length);
        CHECK(name_of(array.substr(0, length), false) == "json-array");
    }
    CHECK(recognised(lines.substr(0, lines.size() - 9), false)->evidence ==
          "first byte {, 1 of 1 records have id and facen, 0 facen_model, 1 normalized_id");
}

TEST_CASE("bad records among good ones do not hide the layout") {
    CHECK(name_of("{broken\n" + record(1) + "\n") == "json-lines");
    CHECK(recognised(record(1) + "\ngarbage\n{}\n" + record(2) + "\n")->evidence ==
          "first byte {, 2 of 4 records have id and facen, 0 facen_model, 2 normalized_id");
    const std::string line = problem("{broken\n{}\n");
    CHECK_THAT(line, StartsWith("line 1 (byte 0): no layout fits"));
}

TEST_CASE("a first record that is longer than the prefix is judged by its first keys") {
    const std::string big = R"({"meta":{"x":")" + std::string(kRecognitionBytes, 'y');
    CHECK(name_of(big, false) == "json-lines");
    CHECK(name_of("[" + big, false) == "json-array");
    CHECK(recognised(big, false)->evidence == "first byte {, no whole record in the first 256 KiB");
    const std::string other = R"({"people":[{"x":")" + std::string(kRecognitionBytes, 'y');
    CHECK_THAT(problem(other, false), Contains("looks like {people list of"));
    const std::string object = R"({"faces":[{"x":")" + std::string(kRecognitionBytes, 'y');
    CHECK(name_of(object, false) == "json-object");
}

TEST_CASE("an unknown layout is shown with keys, kinds and sizes, never values") {
    const std::string text =
        R"({"uid":"hush-id","vec":[1,2],"n":-12.5,"m":{"a":{"b":{"c":{"d":1}}},)"
        R"("hush key\u001b[31m":null,"t":true}})";
    const std::string line = problem(text + "\n");
    CHECK_THAT(line,
               Contains("no layout fits: first byte {, 0 of 1 records can be read as json-lines"));
    CHECK_THAT(
        line,
        Contains("the first record looks like {uid text of 7 bytes, vec list of 5 bytes, n number "
                 "of 5 bytes, m {a {b {c object of 7 bytes}}, hush key\\u001b[31m true, false or "
                 "null, t true, false or null}}"));
    CHECK_THAT(line,
               Contains("write a profile after formats/README.md and give it with --format FILE "
                        "[source_unrecognized]"));
    CHECK_THAT(line, !Contains("hush-id"));
    CHECK_THAT(line, !Contains("12.5"));
}

TEST_CASE("the structure shown is bounded and safe for a terminal") {
    std::string wide = "{";
    for (int i = 0; i < 100; ++i) {
        wide += "\"key" + std::to_string(i) + "\":1,";
    }
    wide.back() = '}';
    const std::string line = problem(wide + "\n");
    CHECK_THAT(line, Contains("key39 number of 1 bytes, ..."));
    CHECK_THAT(line, !Contains("key40"));
    CHECK_THAT(problem("{\"\x1b[31m\":1}\n"), !Contains("\x1b"));
    CHECK(problem("{\"" + std::string(5000, 'k') + "\":1}\n").size() < 1000);
    for (const char* odd : {"{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":[", "{,}", "{]}",
                            R"({"a":,"b":]})", "[", "[{", "[[[[", "{\"a\\"}) {
        CAPTURE(odd);
        CHECK_THAT(problem(odd), Contains("looks like"));
    }
    CHECK(problem(std::string(100000, '{')).size() < 2000);
    CHECK(problem(std::string(100000, '[')).size() < 2000);
}

TEST_CASE("files that are no JSON are told what they look like and what to do") {
    using namespace std::string_literals;
    const auto says = [](const std::string& bytes, const std::string& nature,
                         const std::string& cure) {
        const std::string line = problem(bytes);
        CAPTURE(line);
        CHECK_THAT(line, Contains("looks like " + nature));
        CHECK_THAT(line, Contains(cure));
    };
    says("\x28\xB5\x2F\xFD...."s, "a zstd file", "zstd -d");
    says("\x1F\x8B\x08...."s, "a gzip file", "gzip -d");
    says(
        "\xFD"
        "7zXZ\0"s,
        "an xz file", "xz -d");
    says("BZh91AY"s, "a bzip2 file", "bzip2 -d");
    says("PK\x03\x04"s, "a zip archive", "unpack it first");
    says("\xEF\xBB\xBF{}"s, "UTF-8 text with a byte order mark", "tail -c +4");
    says("\xFF\xFE{\0"s, "UTF-16 text", "iconv");
    says("<html>"s, "XML or HTML", "findface-storage-api-dump");
    says("name"s + std::string(253, '\0') + "ustar\0"s, "a tar archive", "tar -xf");
    says("\x01\x02\x03"s, "binary data", "--format FILE");
    says("id;facen\n"s, "text that is no JSON object or array", "--format FILE");
}

TEST_CASE("two profiles that fit alike are an error, one that fits better is taken") {
    const auto profile = [](const std::string& name, const std::string& id) {
        return parse_profile("name: " + name +
                                 "\nversion: 1\ncontainer: json_lines\nrecord: {id: " + id +
                                 ", facen: facen}\nfacen_encoding: base64-float32le\n",
                             name)
            .value();
    };
    const std::string mixed =
        record(1) + "\n" + R"({"id":2,"uid":2,"facen":")" + facen_text + "\"}\n";
    const std::vector<Profile> alike = {profile("one", "id"), profile("two", "id")};
    const auto tied = recognise(mixed, true, alike);
    REQUIRE_FALSE(tied);
    CHECK(tied.error().one_line() ==
          "the layouts one and two fit alike (first byte {, 2 of 2 records have id and facen, 0 "
          "facen_model, 0 normalized_id); choose one with --format FILE [source_unrecognized]");
    const std::vector<Profile> better = {profile("one", "uid"), profile("two", "id")};
    CHECK(recognise(mixed, true, better)->profile.name == "two");
    CHECK_FALSE(recognise(mixed, true, {}));
}

TEST_CASE("a made-up layout is read with a profile written after the README") {
    const std::string text = own_record + "\n" + own_record + "\n" + own_record + "\n";
    CHECK_THAT(problem(text), Contains("0 of 3 records can be read as json-lines"));
    CHECK_THAT(problem(text),
               Contains("the first record looks like {face {uid number of 7 bytes, vector text "
                        "of 12 bytes, info {norm text of 7 bytes}}}"));
    const auto profile = parse_profile(own_profile, "our-dump.yaml");
    REQUIRE(profile);
    const auto recognition = recognise(text, true, std::span(&*profile, 1));
    REQUIRE(recognition);
    CHECK(recognition->profile.title == "dumps of our own script");

    const auto source = make_memory_source(text);
    RecordReader reader(*source, recognition->profile, "faces.json", {});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    REQUIRE(block.size() == 3);
    CHECK(block.spans[2].id.value == 1234567);
    CHECK(block.view(block.spans[2].facen) == facen_text);
    CHECK(block.view(block.spans[2].normalized_id) == "1_x.png");
}

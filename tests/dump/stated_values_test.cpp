// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/dump_stream.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/dump/survey.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ffdump;

namespace {

std::string record(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"facen":"AACAPw==","facen_model":"old"})";
}

const Profile& shipped(std::string_view name) {
    for (const Profile& profile : shipped_profiles()) {
        if (profile.name == name) {
            return profile;
        }
    }
    FAIL("no profile " << name);
    return shipped_profiles().front();
}

/// Every record but the second gets a new facen, the second is left out; block by block.
std::string spliced(const std::string& text, const Profile& profile, std::size_t block_bytes) {
    const auto source = make_memory_source(text);
    RecordReader reader(*source, profile, "dump", {.block_bytes = block_bytes});
    FileSplicer splicer(profile, {}, {.facen_model = "new \"1\"", .dimension = 12});
    RecordBlock block;
    std::string out;
    std::size_t seen = 0;
    while (reader.next(block).value()) {
        splicer.header(out, block);
        for (std::size_t i = 0; i < block.size(); ++i, ++seen) {
            REQUIRE_FALSE(block.is_bad(i));
            if (seen == 1) {
                splicer.left_out(block, i);
            } else {
                splicer.changed(out, block, i, Facen{-1.0F}, "new \"1\"");
            }
        }
        splicer.trailer(out, block);
    }
    return out;
}

FileSplicer::State state_of(std::uint64_t emitted, std::string head) {
    FileSplicer::State state;
    state.emitted = emitted;
    state.head = std::move(head);
    return state;
}

std::string changed(int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"facen":"AACAvw==","facen_model":"new \"1\""})";
}

FileSurvey surveyed(const std::string& text) {
    const auto source = make_memory_source(text);
    DumpStream stream = DumpStream::open(*source, "x", shipped_profiles()).value();
    const DumpFile* const file = stream.next().value();
    REQUIRE(file != nullptr);
    const auto files = make_posix_file_system();
    SurveyOptions options;
    options.temporary_folder = "/tmp";
    return survey_bytes(*files, *file, stream.bytes(), options, {}).value();
}

const std::string header =
    R"({"x":{"gallery":"no"},"gallery":"g","facen_model":"old","facen_size":1})";
const std::string lines =
    header + "\r\n" + record(1) + "\n" + record(2) + "\n" + record(3) + "\n{\"count\": 3}\n";
const std::string object = "\xEF\xBB\xBF{\"facen_model\" : \"old\",\"gallery\":\"g\",\"faces\":[" +
                           record(1) + "," + record(2) + ", " + record(3) +
                           "], \"facen_model\":\"]\", \"count\":3 , \"z\":[]}\n";

}  // namespace

TEST_CASE("what a header line and a trailer line state is brought up to date") {
    for (const std::size_t block : {1U, 50U, 1000U}) {
        CHECK(spliced(lines, shipped("json-lines-header"), block) ==
              R"({"x":{"gallery":"no"},"gallery":"g","facen_model":"new \"1\"","facen_size":12})"
              "\r\n" +
                  changed(1) + "\n" + changed(3) + "\n{\"count\": 2}\n");
    }
}

TEST_CASE("what an object states around its array is brought up to date") {
    for (const std::size_t block : {1U, 50U, 1000U}) {
        CHECK(spliced(object, shipped("json-object"), block) ==
              "\xEF\xBB\xBF{\"facen_model\" : \"new \\\"1\\\"\",\"gallery\":\"g\",\"faces\":[" +
                  changed(1) + ", " + changed(3) +
                  "], \"facen_model\":\"]\", \"count\":2 , \"z\":[]}\n");
    }
}

TEST_CASE("a number of records in a header keeps its width, with spaces in JSON") {
    struct Case {
        std::string header;
        std::string wanted;
        std::string container;
        std::uint64_t emitted = 0;
    };
    const std::string in_msgpack("\x82\xA1m\xA1x\xA1n\xCD\x01\0", 10);
    for (const Case& one :
         {Case{R"({"n":100,"m":"x"})"
               "\n",
               R"({"n":7  ,"m":"x"})"
               "\n",
               "json_lines", 7},
          Case{R"({"m":"x","n": 10 })", R"({"m":"x","n": 10 })", "json_stream", 10},
          Case{R"({"n":5,"m":"x","faces":[)", R"({"n":0,"m":"x","faces":[)", "json_object", 0},
          Case{R"({"m":"x"})", R"({"m":"x"})", "json_lines", 7},
          Case{in_msgpack, in_msgpack.substr(0, 7) + "\xCD" + std::string("\0\x07", 2),
               "msgpack_stream", 7}}) {
        INFO(one.header);
        const bool is_object = one.container == "json_object";
        const bool is_msgpack = one.container == "msgpack_stream";
        const Profile profile =
            parse_profile("name: own\nversion: 1\ncontainer: " + one.container +
                              (is_object ? "\nrecords: faces" : "") +
                              "\nheader: {count: n, facen_model: m}\n"
                              "record: {id: id, facen: facen}\nfacen_encoding: " +
                              (is_msgpack ? "bin-float32le" : "base64-float32le") + "\n",
                          "own.yaml")
                .value();
        CHECK(counts_ahead(profile));
        CHECK(counted_head(profile, state_of(one.emitted, one.header)).value() == one.wanted);
    }
    const Profile& lines = shipped("json-lines-header");
    CHECK(counted_head(lines, state_of(10, "{\"count\":9}\n")).error().reason() ==
          Reason::record_malformed);
}

TEST_CASE("a number of records in a header is counted when all are written") {
    const std::string text = R"({"count":3,"facen_model":"old"})"
                             "\n" +
                             record(1) + "\n" + record(2) + "\n" + record(3) + "\n";
    const Profile& profile = shipped("json-lines-header");
    const auto source = make_memory_source(text);
    RecordReader reader(*source, profile, "dump", {});
    FileSplicer splicer(profile, {}, {.facen_model = "newer", .dimension = 0});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    std::string out;
    splicer.header(out, block);
    CHECK(out == R"({"count":3,"facen_model":"newer"})"
                 "\n");
    splicer.left_out(block, 0);
    splicer.kept(out, block, 1);
    splicer.kept(out, block, 2);
    CHECK(counted_head(profile, splicer.state()).value() == R"({"count":2,"facen_model":"newer"})"
                                                            "\n");
    CHECK(surveyed(text).stated_count == 3);
    CHECK(has_wrong_count(surveyed(text + record(4) + "\n")));
}

TEST_CASE("header and trailer are of a stream as of lines") {
    const Profile profile =
        parse_profile(
            "name: own\nversion: 1\ncontainer: json_stream\nheader: {facen_model: m}\n"
            "trailer: {count: total.n}\nrecord: {id: id, facen: facen, facen_model: "
            "facen_model}\nfacen_encoding: base64-float32le\n",
            "own.yaml")
            .value();
    CHECK(spliced(
              "{\"m\":\"old\"}" + record(1) + record(2) + " " + record(3) + R"({"total":{"n":3}})",
              profile, 30) ==
          R"({"m":"new \"1\""})" + changed(1) + " " + changed(3) + R"({"total":{"n":2}})");
}

TEST_CASE("a file is recognised by its header, which names the gallery") {
    const auto seen = [](const std::string& text) {
        return recognise(text, true, shipped_profiles()).value();
    };
    CHECK(seen(lines).profile.name == "json-lines-header");
    CHECK(seen(lines).gallery == "g");
    CHECK(
        seen(lines).evidence ==
        "first byte {, a header, 3 of 3 records have id and facen, 3 facen_model, 0 normalized_id");
    CHECK(seen(object.substr(3)).profile.name == "json-object");
    CHECK(seen(object.substr(3)).gallery == "g");
    CHECK(seen(header + "\n").profile.name == "json-lines-header");
    CHECK(seen(R"({"faces":[]})").profile.name == "json-object");
    CHECK(seen(R"({"faces":[]})").gallery.empty());
    CHECK(seen(record(1) + "\n" + record(2)).profile.name == "json-lines");
    CHECK(seen(record(1) + record(2)).profile.name == "json-stream");
    CHECK(seen("{\n\"id\":1,\n\"facen\":\"\"}\n{\"id\":2,\n\"facen\":\"\"}").profile.name ==
          "json-stream");
    for (std::size_t length = header.size() + 2; length < lines.size(); ++length) {
        INFO(length);
        CHECK(recognise(lines.substr(0, length), false, shipped_profiles())->profile.name ==
              "json-lines-header");
    }
}

TEST_CASE("a survey says what is stated and whether records are missing") {
    const FileSurvey whole = surveyed(lines);
    CHECK(whole.records == 3);
    CHECK(whole.stated_model == "old");
    CHECK(whole.stated_dimension == 1);
    CHECK(whole.stated_count == 3);
    CHECK_FALSE(has_wrong_count(whole));
    CHECK(whole.problems.empty());
    const FileSurvey cut = surveyed(header + "\n" + record(1) + "\n{\"count\":3}\n");
    CHECK(has_wrong_count(cut));
    REQUIRE(cut.problems.size() == 1);
    CHECK(cut.problems[0].detail() == "the file states 3 records, 1 are there");
    CHECK_FALSE(has_wrong_count(surveyed(header + "\n" + record(1) + "\n")));
}

TEST_CASE("a last line that is damaged is a bad record and no trailer") {
    for (const std::string last : {R"({"id":4})", R"({"facen":""})", R"({"count":"3"})", "{}", "x",
                                   R"({"count":3)", R"({"count":3,"count":4})"}) {
        INFO(last);
        CHECK(surveyed(header + "\n" + record(1) + "\n" + last).bad == 1);
    }
}

TEST_CASE("an object that goes on wrongly behind its array is told, not copied") {
    for (const std::string rest : {"]", "]}x", "],}", "]]}", "],\"count\":}", "],\"a\":1"}) {
        INFO(rest);
        const FileSurvey survey = surveyed("{\"faces\":[" + record(1) + rest);
        CHECK(survey.records == 2);
        CHECK(survey.bad == 1);
    }
}

TEST_CASE("an object whose array is not where the profile says holds one bad record") {
    const std::string text = R"({"faces":{"a":[)" + record(1) + "]}}";
    const auto source = make_memory_source(text);
    RecordReader reader(*source, shipped("json-object"), "dump", {});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    REQUIRE(block.size() >= 1);
    CHECK(block.error_of(0).detail() == "the object has no array where records are looked for");
}

// SPDX-License-Identifier: Apache-2.0
#include "conversion_bench.hpp"
#include "support/faulty_file_system.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

namespace ffdump {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

const std::string kRecord = R"({"id":1,"facen":"AACAPwAAAAA=","facen_model":"m"})";

std::string header_of(const std::string& members) {
    return "{" + members + "}\n";
}

Profile in_float16() {
    return parse_profile(
               "name: short\nversion: 1\ncontainer: json_lines\nrecord: {id: id, facen: "
               "vectors.face}\nfacen_encoding: base64-float16le\n",
               "short")
        .value();
}

TEST_CASE("a facen that would lose bits ends the conversion with place, id and field") {
    ConversionBench bench;
    // 1 and the float next to it.
    const std::string text = kRecord + "\n" + R"({"id":2,"facen":"AQCAPwAAgD8="})" + "\n";
    const std::string problem = bench.problem(text, in_float16());
    CHECK_THAT(problem, Contains("faces.json:2 (byte 50), record 2"));
    CHECK_THAT(problem, Contains("field vectors.face: the facen would lose bits in float16"));
    CHECK_THAT(problem, Contains("[layout_cannot_carry]"));
}

TEST_CASE("what a header states and the target cannot is named") {
    ConversionBench bench;
    const Profile lines = shipped("json-lines");
    CHECK_THAT(bench.problem(header_of(R"("gallery":"g","schema":{"a":1})") + kRecord, lines),
               Contains("field schema of the header: files of json-lines have no header"));
    CHECK_THAT(bench.problem(header_of(R"("gallery":"g","facen_model":"n")") + kRecord, lines),
               Contains("the header states the model of the facens"));
    CHECK_THAT(bench.problem(header_of(R"("gallery":"g","facen_size":3)") + kRecord, lines),
               Contains("the header states the dimension of the facens"));
    CHECK_THAT(bench.problem(header_of(R"("gallery":"../g")") + kRecord, lines),
               Contains("can be no file's name"));
    CHECK_THAT(bench.problem(header_of(R"("gallery":"g")") + kRecord + "\n{\"count\":2}\n", lines),
               Contains("the trailer states 2 records, 1 are there"));
    CHECK(bench
              .problem(header_of(R"("gallery":"g","facen_model":"m","facen_size":2)") + kRecord,
                       lines)
              .empty());
}

TEST_CASE("a header of one model is not written above records of two") {
    ConversionBench bench;
    const std::string other = R"({"id":2,"facen":"AACAPwAAAAA=","facen_model":"n"})";
    const std::string longer = R"({"id":2,"facen":"AACAPwAAAAAAAAAA","facen_model":"m"})";
    const Profile header = shipped("json-lines-header");
    CHECK_THAT(bench.problem(kRecord + "\n" + other, header),
               Contains("record 2") && Contains("field facen_model: the record names another"));
    CHECK_THAT(bench.problem(kRecord + "\n" + longer, header),
               Contains("record 2") && Contains("field facen: the facen has another dimension"));
    CHECK(bench.problem(kRecord + "\n" + other, shipped("json-array")).empty());
}

TEST_CASE("a model that a header or trailer states must stand in every record where it is lost") {
    ConversionBench bench;
    const std::string without = R"({"id":2,"facen":"AACAPwAAAAA="})";
    const std::string other = R"({"id":2,"facen":"AACAPwAAAAA=","facen_model":"n"})";
    const std::string longer = R"({"id":2,"facen":"AACAPwAAAAAAAAAA","facen_model":"m"})";
    const std::string model = header_of(R"("gallery":"g","facen_model":"m")");
    const Profile lines = shipped("json-lines");
    for (const std::string& second : {without, other}) {
        CHECK_THAT(bench.problem(model + kRecord + "\n" + second, lines),
                   Contains("record 2") && Contains("the header states the model of the facens") &&
                       Contains("[layout_cannot_carry]"));
    }
    CHECK_THAT(bench.problem(header_of(R"("gallery":"g","facen_size":2)") + kRecord + "\n" + longer,
                             lines),
               Contains("record 2") && Contains("the header states the dimension of the facens"));
    const Profile object = parse_profile(
                               "name: o\nversion: 1\ncontainer: json_object\nrecords: faces\n"
                               "header: {gallery: g}\ntrailer: {facen_model: model}\nrecord: {id: "
                               "id, facen: facen, facen_model: facen_model}\nfacen_encoding: "
                               "base64-float32le\ngallery_from: header\n",
                               "o")
                               .value();
    const auto of_object = [&](const std::string& second) {
        bench.put("o" + second, {{"faces.json", R"({"g":"g","faces":[)" + kRecord + second +
                                                    R"(],"model":"m"})"}});
        ConvertOptions options = bench.options("o" + second, "o-new" + second, lines);
        options.sources = {object};
        const auto done = bench.run(options);
        return done ? "" : done.error().one_line();
    };
    CHECK_THAT(of_object("," + without), Contains("the trailer states the model of the facens"));
    CHECK(of_object("").empty());
}

TEST_CASE("a header does not take the first record's model for records that name none") {
    ConversionBench bench;
    const std::string without = R"({"id":2,"facen":"AACAPwAAAAA="})";
    CHECK_THAT(bench.problem(kRecord + "\n" + without, shipped("json-lines-header")),
               Contains("record 2") && Contains("field facen_model: the record names no model") &&
                   Contains("[layout_cannot_carry]"));
    CHECK(bench.problem(without + "\n" + kRecord, shipped("json-lines-header")).empty());
}

TEST_CASE("a file with a header or trailer does not go behind the records of another") {
    const ConversionBench bench;
    const std::string mixed = R"({"id":7,"gallery":"cars","facen":"AACAPwAAAAA="})";
    const std::string plain = R"({"id":8,"facen":"AACAPwAAAAA="})";
    const auto split = [&](const std::string& name, const std::map<std::string, std::string>& dump,
                           const char* to) {
        bench.put(name, dump);
        ConvertOptions options = bench.options(name, name + "-new", shipped(to));
        options.split_galleries = true;
        return bench.run(options);
    };
    const std::string schema = header_of(R"("gallery":"cars","facen_model":"m","schema":{"a":1})");
    for (const char* const to : {"json-lines", "json-lines-header", "json-object"}) {
        CAPTURE(to);
        const auto done = split(std::string("header-") + to,
                                {{"a.json", mixed + "\n"}, {"b.json", schema + plain}}, to);
        REQUIRE_FALSE(done);
        CHECK(done.error().reason() == Reason::layout_cannot_carry);
        CHECK_THAT(done.error().one_line(),
                   Contains("b.json") && Contains("the header") && Contains("a.json"));
    }
    // Its own galleries are its own, and those of others stay open for what follows.
    const std::string header = header_of(R"("gallery":"trucks","schema":{"a":1})");
    const auto done = split(
        "own", {{"a.json", mixed + "\n"}, {"b.json", header + plain}, {"c.json", mixed + "\n"}},
        "json-lines-header");
    REQUIRE(done);
    const auto files = ConversionBench::files_in(bench.folder().at("own-new"));
    CHECK(files.size() == 2);
    CHECK_THAT(files.at("cars.json"), !Contains("schema") && EndsWith("{\"count\":2}\n"));
    CHECK_THAT(files.at("trucks.json"), Contains("schema") && EndsWith("{\"count\":1}\n"));
}

TEST_CASE("a member of the header and of the trailer is not written twice into one object") {
    ConversionBench bench;
    const auto problem = [&](const std::string& header, const std::string& trailer) {
        return bench.problem(
            header_of(R"("gallery":"g")" + header) + kRecord + "\n{" + trailer + "\"count\":1}\n",
            shipped("json-object"));
    };
    CHECK_THAT(problem(R"(,"coun\u0074":1)", ""),
               Contains("field count is in the header and in the trailer") &&
                   Contains("faces.json") && Contains("[layout_cannot_carry]"));
    CHECK_THAT(problem(R"(,"end":1)", R"("end":true,)"), Contains("field end is in the header"));
    CHECK(problem(R"(,"begin":1)", R"("end":true,)").empty());
}

TEST_CASE("a gallery that can be no file's name stays where the file keeps its own") {
    ConversionBench bench;
    const std::string text = header_of(R"("gallery":"a/b")") + kRecord;
    CHECK(bench.problem(text, shipped("json-object")).empty());
    CHECK_THAT(bench.problem(text, shipped("json-array")), Contains("can be no file's name"));
}

TEST_CASE("a member where the target has another field is named") {
    ConversionBench bench;
    const Profile renamed =
        parse_profile(
            "name: renamed\nversion: 1\ncontainer: json_lines\nrecord: {id: uid, facen: "
            "v.face}\nfacen_encoding: base64-float32le\n",
            "renamed")
            .value();
    CHECK_THAT(bench.problem(R"({"id":1,"uid":2,"facen":"AACAPwAAAAA="})", renamed),
               Contains("record 1") && Contains("field uid is something else"));
    CHECK_THAT(bench.problem(R"({"id":1,"v":2,"facen":"AACAPwAAAAA="})", renamed),
               Contains("field v is something else"));
}

TEST_CASE("a damaged record ends the conversion at its place and leaves nothing") {
    ConversionBench bench;
    CHECK_THAT(bench.problem(kRecord + "\n{\"id\":2}\n", shipped("json-array")),
               Contains("faces.json:2 (byte 50), record 2") && EndsWith("[field_missing]"));
    CHECK_THAT(bench.problem(kRecord + "\n{\"id\":2", shipped("json-array")),
               EndsWith("[record_torn]"));
}

TEST_CASE("a directory that holds something is refused and left as it is") {
    const ConversionBench bench;
    bench.put("dump", {{"faces.json", kRecord + "\n"}});
    bench.folder().write("new/other", "x");
    const auto done = bench.run(bench.options("dump", "new", shipped("json-array")));
    REQUIRE_FALSE(done);
    CHECK(done.error().reason() == Reason::output_occupied);
    CHECK(ConversionBench::files_in(bench.folder().at("new")).size() == 1);
}

TEST_CASE("an interrupted conversion leaves no file") {
    const ConversionBench bench;
    bench.put("dump", {{"a.json", kRecord + "\n"}, {"b.json", kRecord + "\n"}});
    int calls = 0;
    const auto done =
        convert_dump(bench.files(), bench.options("dump", "new", shipped("json-array")),
                     [&](auto, auto) { return ++calls < 2; });
    REQUIRE_FALSE(done);
    CHECK(done.error().reason() == Reason::interrupted);
    CHECK(ConversionBench::files_in(bench.folder().at("new")).empty());
}

TEST_CASE("what a killed conversion leaves is cleared away by the next one") {
    const ConversionBench bench;
    bench.put("dump", {{"faces.json", kRecord + "\n"}});
    bench.put("new", {{".convert.lock", ""}, {".faces.json.part", "[{"}});
    const auto files = bench.converted(bench.options("dump", "new", shipped("json-array")));
    CHECK(files.size() == 1);
    CHECK(files.at("faces.json") == "[\n" + kRecord + "\n]\n");
}

TEST_CASE("a conversion killed while it gave the files their names is cleared away too") {
    const ConversionBench bench;
    bench.put("dump", {{"faces.json", kRecord + "\n"}, {"more.json", kRecord + "\n"}});
    const std::string list("faces.json\0more.json\0", 21);
    bench.put("new", {{".convert.lock", ""},
                      {".convert.names", list},
                      {".faces.json.part", "[\n"},
                      {"more.json", "[\n" + kRecord + "\n]\n"}});
    CHECK(bench.converted(bench.options("dump", "new", shipped("json-array"))).size() == 2);
}

/// Whether "new" is refused as somebody else's.
bool is_occupied(const ConversionBench& bench) {
    const auto done =
        convert_dump(bench.files(), bench.options("dump", "new", shipped("json-array")),
                     [](auto, auto) { return true; });
    return !done && done.error().reason() == Reason::output_occupied;
}

TEST_CASE("what is not in the list of a killed conversion is left alone, and told") {
    const ConversionBench bench;
    bench.put("dump", {{"faces.json", kRecord + "\n"}});
    for (const std::string& list : {std::string(), std::string("faces.json\0", 11),
                                    std::string("../mine.json\0", 13), std::string("mine.json")}) {
        bench.put("new", {{".convert.lock", ""}, {".convert.names", list}, {"mine.json", "mine"}});
        CHECK(is_occupied(bench));
        CHECK(std::filesystem::exists(bench.folder().at("new/mine.json")));
    }
}

TEST_CASE("the lock that a finished conversion left when it was killed goes, and nothing else") {
    const ConversionBench bench;
    bench.put("dump", {{"faces.json", kRecord + "\n"}});
    bench.put("new", {{".convert.lock", ""}, {"faces.json", "[]"}});
    CHECK(is_occupied(bench));
    CHECK_FALSE(std::filesystem::exists(bench.folder().at("new/.convert.lock")));
    CHECK(std::filesystem::exists(bench.folder().at("new/faces.json")));
}

TEST_CASE("a fault of the disk at any call is told and leaves nothing") {
    const ConversionBench bench;
    bench.put("dump", {{"a.json", kRecord + "\n"}, {"b.json", kRecord + "\n"}});
    const std::string whole = "[\n" + kRecord + "\n]\n";
    std::size_t failures = 0;
    for (std::uint64_t n = 1; n < 200; ++n) {
        FaultyFileSystem faulty(bench.files());
        faulty.fail_at(n, {.reason = Reason::disk_full, .code = ENOSPC});
        const std::string to = "new" + std::to_string(n);
        const auto done = convert_dump(faulty, bench.options("dump", to, shipped("json-array")),
                                       [](auto, auto) { return true; });
        CAPTURE(n);
        if (done) {
            REQUIRE(failures > 10);
            CHECK((ConversionBench::files_in(bench.folder().at(to)) ==
                   std::map<std::string, std::string>{{"a.json", whole}, {"b.json", whole}}));
            return;
        }
        ++failures;
        CHECK(done.error().reason() == Reason::disk_full);
        if (!std::filesystem::exists(bench.folder().at(to))) {
            continue;
        }
        CHECK(ConversionBench::files_in(bench.folder().at(to)).empty());
    }
    FAIL("the conversion never passed");
}

TEST_CASE("the lock goes when all names are durable") {
    const ConversionBench bench;
    bench.put("dump", {{"a.json", kRecord + "\n"}, {"b.json", kRecord + "\n"}});
    FaultyFileSystem counting(bench.files());
    REQUIRE(convert_dump(counting, bench.options("dump", "new", shipped("json-array")),
                         [](auto, auto) { return true; }));
    const std::vector<FileCall> calls = counting.calls();
    REQUIRE(calls.size() > 7);
    std::vector<FileOperation> last;
    for (std::size_t i = calls.size() - 7; i < calls.size(); ++i) {
        last.push_back(calls[i].operation);
    }
    CHECK((last == std::vector{FileOperation::rename_new, FileOperation::rename_new,
                               FileOperation::sync_directory, FileOperation::remove,
                               FileOperation::sync_directory, FileOperation::remove,
                               FileOperation::sync_directory}));
}

}  // namespace
}  // namespace ffdump

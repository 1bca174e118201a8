// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_reader.hpp"

#include "support/dump_reading.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr Container kLines = Container::json_lines;
constexpr Container kArray = Container::json_array;

/// The only record of a file that holds `text`.
ReadRecord only(const std::string& text, Container container = kLines) {
    const std::string file = container == kArray ? "[" + text + "]" : text;
    const DumpReading reading = read_dump(file, {.container = container});
    REQUIRE_FALSE(reading.failure);
    REQUIRE(reading.records.size() == 1);
    CHECK(reading.joined == file);
    return reading.records.front();
}

std::string with_id(const std::string& token) {
    return R"({"id":)" + token + R"(,"facen":"AA=="})";
}

TEST_CASE("record reader takes ids over the full range of uint64, exactly") {
    for (const std::uint64_t id :
         {std::uint64_t{0}, (std::uint64_t{1} << 53U) + 1, std::uint64_t{1} << 63U, UINT64_MAX}) {
        const ReadRecord record = only(with_id(std::to_string(id)));
        REQUIRE_FALSE(record.error);
        CHECK(record.id == id);
    }
}

TEST_CASE("record reader refuses everything else in place of an id") {
    const std::string token =
        GENERATE("18446744073709551616", "99999999999999999999", "-1", "-0", "1.0", "1e2", "1E0",
                 "007", "00", "\"7\"", "null", "true", "[7]", "{}", "0x1", "1_000", "+1", "1 2");
    INFO(token);
    const ReadRecord record = only(with_id(token));
    REQUIRE(record.error);
    CHECK(record.error->place().line == 1);
    if (token != "1 2" && token != "+1") {
        CHECK(record.is(Reason::id_invalid));
        CHECK(record.error->place().offset == 6U);
    }
}

TEST_CASE("record reader finds the values in any order and spelling of the keys") {
    const std::string text =
        R"( {"meta" : { "a":[{"id":3}],"normalize\u0064_id"	: "a\/b.png" } , "facen_model":"m\u0031",)"
        R"("\u0066acen":"\/w==","x":{"facen":1},"i\u0064":12} )";
    for (const Container container : {kLines, kArray}) {
        const ReadRecord record = only(text, container);
        REQUIRE_FALSE(record.error);
        CHECK(record.id == 12);
        CHECK(record.facen == R"(\/w==)");
        CHECK(record.model == R"(m\u0031)");
        CHECK(record.normalized_id == R"(a\/b.png)");
    }
}

TEST_CASE("record reader takes a record without meta, model and image") {
    for (const std::string rest : {"", R"(,"meta":{})", R"(,"meta":[])", R"(,"meta":null)",
                                   R"(,"meta":{"normalized_id":null})"}) {
        const ReadRecord record = only(R"({"id":1,"facen":"")" + rest + "}");
        REQUIRE_FALSE(record.error);
        CHECK_FALSE(record.model);
        CHECK_FALSE(record.normalized_id);
        CHECK(record.facen.empty());
    }
    CHECK(only(R"({"id":1,"facen":"","meta":{"normalized_id":""}})").normalized_id == "");
}

TEST_CASE("record reader names the field that is missing or of the wrong kind") {
    CHECK(only("{}").is(Reason::field_missing));
    CHECK(only(R"({"facen":"AA=="})").error->detail() == "no field id");
    const ReadRecord no_facen = only(R"({"id":5,"meta":{"facen":"AA=="}})");
    CHECK(no_facen.is(Reason::field_missing));
    CHECK(no_facen.error->detail() == "no field facen");
    CHECK(no_facen.error->place().record_id == 5U);
    for (const std::string text :
         {R"({"id":1,"facen":null})", R"({"id":1,"facen":["AA=="]})",
          R"({"id":1,"facen":"","facen_model":null})", R"({"id":1,"facen":"","facen_model":3})",
          R"({"id":1,"facen":"","meta":{"normalized_id":17}})",
          R"({"id":1,"facen":"","meta":{"normalized_id":{}}})"}) {
        INFO(text);
        CHECK(only(text).is(Reason::record_malformed));
    }
}

TEST_CASE("record reader refuses a key that occurs twice where it matters, and only there") {
    for (const std::string more :
         {R"("id":2)", R"("\u0069d":2)", R"("facen":"")", R"("facen_model":"b")", R"("meta":{})",
          R"("meta":null)", R"("f\u0061cen":"")"}) {
        INFO(more);
        const ReadRecord record = only(
            R"({"id":1,"facen":"","facen_model":"a","meta":{"normalized_id":"x"},)" + more + "}");
        CHECK(record.is(Reason::key_duplicate));
    }
    CHECK(only(R"({"id":1,"facen":"","meta":{"normalized_id":"x","normalized_i\u0064":"y"}})")
              .is(Reason::key_duplicate));
    CHECK_FALSE(
        only(R"({"id":1,"x":1,"x":2,"facen":"","meta":{"id":1,"id":2},"y":{"facen":1,"facen":2}})")
            .error);
}

TEST_CASE("record reader copies numbers of any size and refuses what is no number") {
    const auto with = [](const std::string& token) {
        return only(R"({"id":1,"facen":"","n":)" + token + "}");
    };
    for (const std::string token : {"18446744073709551616", "1e999", "1.0e+02", "-0", "0.1",
                                    "-1E-7", "123456789012345678901234567890.5"}) {
        INFO(token);
        CHECK_FALSE(with(token).error);
    }
    for (const std::string token :
         {"01", "1.", ".5", "-", "1e", "1e+", "+1", "0x10", "NaN", "Infinity", "nul", "truey",
          "1\"a\"", "--1", "1.e5", "'a'", ""}) {
        INFO(token);
        CHECK(with(token).is(Reason::record_malformed));
    }
}

TEST_CASE("record reader takes odd text and refuses broken text") {
    const auto with = [](const std::string& text) {
        return only(R"({"id":1,"facen":"","s":")" + text + "\"}");
    };
    for (const std::string text :
         {"\\u0000", "\\/", "\\ud83d\\ude00", "\\ud83d", "\\uDE00x", "\xFF\xFE", "\xC0\x80",
          "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x7F", "\\\\", "\\\"", "}{][,:"}) {
        INFO(text);
        CHECK_FALSE(with(text).error);
    }
    for (const std::string text :
         {"\\x41", "\\u12", "\\u12g4", "\\U0041", "\\'", "\t", "\x01", "\\\t"}) {
        INFO(text);
        CHECK(with(text).is(Reason::record_malformed));
    }
    CHECK(with(std::string("\0", 1)).is(Reason::record_malformed));
    CHECK(only(R"({"id":1,"facen":"","\q":1})").is(Reason::record_malformed));
    CHECK_FALSE(only("{\"id\":1,\"facen\":\"\",\"\xFF\\ud800\":\"\xFF\"}").error);
    CHECK(only("{\"id\":1,\"facen\":\"\"\xFF}").is(Reason::record_malformed));
}

TEST_CASE("record reader refuses what is no single whole object") {
    for (const std::string text : {"null",
                                   "7",
                                   "\"a\"",
                                   "[1]",
                                   "x",
                                   "{",
                                   "}",
                                   R"({"id":1,"facen":""}})",
                                   R"({"id":1,"facen":""}{})",
                                   R"({"id":1,"facen":"",})",
                                   R"({"id":1 "facen":""})",
                                   R"({"id":1,,"facen":""})",
                                   R"({"id":1,"facen":"","a":[1,2})",
                                   R"({"id":1,"facen":"","a":[1,2]]})",
                                   R"({"id":1,"facen":"","a":"b":1})",
                                   R"({"x":{"a":"b":1},"id":1,"facen":""}})",
                                   R"({"id":1,"facen":"","a"})",
                                   R"({"id":1,"facen":"","a":})",
                                   R"({id:1,"facen":""})",
                                   R"({"id":1,"facen":"","a":[,]})",
                                   R"({"id":1,"facen":"","a":[1,]})",
                                   R"({"id":1,"facen":"","a":"b""c"})",
                                   R"({"id":1,"facen":"","a""b":1})"}) {
        INFO(text);
        const DumpReading reading = read_dump(text + "\n", {});
        REQUIRE(reading.records.size() == 1);
        CHECK(reading.records.front().is(Reason::record_malformed));
        CHECK(reading.joined == text + "\n");
    }
}

TEST_CASE("record reader gives line and byte offset of records and of faults") {
    const std::string good = RecordBuilder(1).text();
    const std::string lines = "\xEF\xBB\xBF" + good + "\r\n\n  " + good + "\n{\"id\":\"x\"}\n";
    const DumpReading in_lines = read_dump(lines, {});
    REQUIRE(in_lines.records.size() == 3);
    CHECK(in_lines.records[0].offset == 3);
    CHECK(in_lines.records[0].line == 1);
    CHECK(in_lines.records[1].offset == 3 + good.size() + 5);
    CHECK(in_lines.records[1].line == 3);
    CHECK(in_lines.records[2].error->place_text() ==
          "dump.json:4 (byte " + std::to_string(lines.size() - 5) + ")");

    const std::string array = "\n[\n" + good + ",\n{\n\"facen\":\"\",\n\"id\":[]}\n]";
    const DumpReading in_array = read_dump(array, {.container = kArray});
    REQUIRE(in_array.records.size() == 2);
    CHECK(in_array.records[0].line == 3);
    CHECK(in_array.records[1].line == 4);
    CHECK(in_array.records[1].error->place().line == 6);
    CHECK(in_array.records[1].error->place().offset == array.find("[]}"));
}

TEST_CASE("record reader never puts a value into an error") {
    const std::string secret = "s3cr3t";
    for (const std::string text :
         {R"({"id":"s3cr3t","facen":""})", R"({"id":1,"facen":s3cr3t})",
          R"({"id":1,"s3cr3t":01,"facen":""})", R"({"id":1,"facen":"\s3cr3t"})", "s3cr3t",
          R"({"id":1,"facen":"s3cr3t)"}) {
        const ReadRecord record = only(text);
        REQUIRE(record.error);
        CHECK(record.error->one_line().find(secret) == std::string::npos);
    }
}

TEST_CASE("record reader gives one block without records for an empty file") {
    for (const Container container : {kLines, kArray}) {
        for (const std::string file : {"", "\n", "  \r\n\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"}) {
            for (const std::size_t size : {1U, 2U, 3U, 1000U}) {
                const DumpReading reading =
                    read_dump(file, {.container = container, .block_bytes = size});
                REQUIRE_FALSE(reading.failure);
                CHECK(reading.records.empty());
                CHECK(reading.ends.size() == 1);
                CHECK(reading.joined == file);
            }
        }
    }
    CHECK(read_dump("[]", {.container = kArray}).records.empty());
    CHECK(read_dump(" [ \n ] \n", {.container = kArray}).joined == " [ \n ] \n");
}

TEST_CASE("record reader passes on the failure of its source, again and again") {
    const std::string text = dump_of({RecordBuilder(1).text(), RecordBuilder(2).text()}, kLines);
    DripSource source(text);
    source.fail_at(text.size() - 5);
    const Profile profile = builder_profile(kLines);
    RecordReader reader(source, profile, "dump.json", {.block_bytes = 10});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    CHECK(block.size() == 1);
    for (int i = 0; i < 2; ++i) {
        const Result<bool> more = reader.next(block);
        REQUIRE_FALSE(more);
        CHECK(more.error().reason() == Reason::source_unreadable);
        CHECK(block.size() == 0);
    }
}

}  // namespace
}  // namespace ffdump

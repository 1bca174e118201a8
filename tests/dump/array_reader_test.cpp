// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr Container kArray = Container::json_array;

const std::string& one() {
    static const std::string text = RecordBuilder(1).text();
    return text;
}
const std::string& two() {
    static const std::string text = RecordBuilder(2).text();
    return text;
}

/// What is expected of a damaged array file.
struct Damage {
    std::string file;
    std::vector<std::uint64_t> good;
    std::string bad;  ///< the bad record's bytes
    Reason reason = Reason::record_malformed;
};

void check(const Damage& damage) {
    INFO(damage.file);
    for (const std::size_t block : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        const DumpReading reading =
            read_dump(damage.file, {.container = kArray, .block_bytes = block});
        REQUIRE_FALSE(reading.failure);
        CHECK(reading.joined == damage.file);
        CHECK(reading.good_ids() == damage.good);
        REQUIRE(reading.bad() == 1);
        for (const ReadRecord& record : reading.records) {
            if (record.error) {
                CHECK(record.text == damage.bad);
                CHECK(record.is(damage.reason));
                CHECK(record.error->place().offset == record.offset);
            }
        }
    }
}

TEST_CASE("array reader calls a comma too many a bad record of its own") {
    check({"[" + one() + ",," + two() + "]", {1, 2}, ","});
    check({"[" + one() + " , \n, " + two() + "]", {1, 2}, ","});
    check({"[" + one() + "," + two() + ",]", {1, 2}, ","});
    check({"[ ,]", {}, ","});
}

TEST_CASE("array reader calls a record without its comma bad") {
    check({"[" + one() + two() + "]", {1}, two()});
    check({"[" + one() + "\n" + two() + "," + RecordBuilder(3).text() + "]", {1, 3}, two()});
}

TEST_CASE("array reader takes a comma before the first record into the bad record") {
    check({"[," + one() + "," + two() + "]", {2}, "," + one()});
}

TEST_CASE("array reader calls elements bad that are no objects and goes on behind them") {
    for (const std::string& element : std::vector<std::string>{
             "7", "null", "\"a,]b\"", "[" + one() + "]", "}", "[[1,2],{}]", "x{\",\"}y"}) {
        check({"[" + one() + ", " + element + " ," + two() + "]", {1, 2}, element});
        check({"[" + element + "," + two() + "]", {2}, element});
        check({"[" + one() + "," + element + "]", {1}, element});
    }
    check({"[" + one() + "garbage," + two() + "]", {1, 2}, "garbage"});
}

TEST_CASE("array reader calls everything from the bracket on bad when something follows it") {
    check({"[" + one() + "] x", {1}, "] x"});
    check({"[" + one() + "\n]\n[" + two() + "]\n", {1}, "]\n[" + two() + "]\n"});
    check({"[" + one() + "]" + std::string(1, '\0'), {1}, "]" + std::string(1, '\0')});
    check({"[]]", {}, "]]"});
}

TEST_CASE("array reader calls a missing bracket at the end one torn record") {
    check({"[", {}, "", Reason::record_torn});
    check({" [ \n", {}, "", Reason::record_torn});
    check({"[" + one(), {1}, "", Reason::record_torn});
    check({"[" + one() + ",\n", {1}, "", Reason::record_torn});
    check({"[" + one() + ",{\"id\":2,", {1}, "{\"id\":2,", Reason::record_torn});
    check({"[" + one() + ",nul", {1}, "nul", Reason::record_torn});
}

TEST_CASE("array reader calls a file bad that does not begin with a bracket") {
    check({"x]", {}, "x"});
    check({one() + "]", {}, one()});
    check({"\n" + one() + "," + two() + "]", {2}, one()});
    for (const std::string& file : {one(), "{\"faces\":[" + one() + "]}"}) {
        const DumpReading reading = read_dump(file, {.container = kArray});
        CHECK(reading.good_ids().empty());
        CHECK(reading.records.front().text == file);
        CHECK(reading.records.front().error->detail() == "the file does not begin with [");
    }
}

TEST_CASE("array reader finds the next record after one whose end is lost") {
    const std::string three = RecordBuilder(3).meta(R"("a":[{"b":1},{"c":2}])").text();
    for (const std::string& broken :
         std::vector<std::string>{R"({"id":2,"facen":"AA==,"meta":{"a":"b","c":"{["}})",
                                  R"({"id":2,"facen":"AA==","meta":{"a":{"b":1}})",
                                  R"({"id":2,"facen":"AA==","meta":{"a":[1,2}})", "\""}) {
        check({dump_of({one(), broken, three, two()}, kArray), {1, 3, 2}, broken});
    }
}

TEST_CASE("array reader does not take a part of a torn record for a record") {
    const std::string torn = R"({"id":2,"facen":"","meta":{"a":[{"id":4},{"id":5}],"b":")";
    check({"[" + one() + "," + torn, {1}, torn, Reason::record_torn});
}

TEST_CASE("array reader is not misled by quotes, brackets and backslashes in strings") {
    for (const std::string inside :
         {R"(\"[{)", R"(\\)", R"(\\\"}],[)", R"(],)", R"(},{\"id\":2)", R"(\\\\)"}) {
        const std::string record = RecordBuilder(5).meta(R"("a":")" + inside + "\"").text();
        const std::string file = dump_of({record, one(), record}, kArray);
        const DumpReading reading = read_dump(file, {.container = kArray});
        INFO(file);
        CHECK(reading.good_ids() == std::vector<std::uint64_t>{5, 1, 5});
        CHECK(reading.bad() == 0);
    }
}

TEST_CASE("array reader takes every kind of white space around records") {
    const std::string file =
        "\xEF\xBB\xBF\r\n [\t\r\n" + one() + "\r\n\t, \n" + two() + " \n ] \r\n\r\n";
    for (std::size_t block = 1; block < file.size() + 2; ++block) {
        const DumpReading reading =
            read_dump(file, {.container = kArray, .block_bytes = block, .read_bytes = 3});
        CHECK(reading.joined == file);
        CHECK(reading.good_ids() == std::vector<std::uint64_t>{1, 2});
        CHECK(reading.bad() == 0);
    }
}

}  // namespace
}  // namespace ffdump

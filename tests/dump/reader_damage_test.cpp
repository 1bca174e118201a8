// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace ffdump {
namespace {

/// Small, with nesting, escapes, a byte that is not UTF-8, a model and an image.
std::vector<std::string> records() {
    return {
        RecordBuilder(1).model("a\\u0062").normalized("x\\/1.png").text(),
        R"( {"meta":{"a":[1.5e+1,{"b":null}],"s":"\ud83d\ude00"},"facen":"\/w==","id":18446744073709551615})"
        "\t",
        "{\"id\":0,\"facen\":\"\",\"u\":\"\xFF},{\"}"};
}

/// Reads damaged bytes in several styles and checks what holds of any bytes at all.
DumpReading read_any(const std::string& bytes, Container container) {
    DumpReading first;
    for (const std::size_t block : {1U, 40U, 1000U}) {
        DumpReading reading = read_dump(bytes, {.container = container, .block_bytes = block});
        REQUIRE_FALSE(reading.failure);
        REQUIRE(reading.joined == bytes);
        for (const ReadRecord& record : reading.records) {
            REQUIRE(bytes.compare(record.offset, record.text.size(), record.text) == 0);
        }
        if (block == 1) {
            first = std::move(reading);
        } else {
            REQUIRE(reading.good_ids() == first.good_ids());
            REQUIRE(reading.bad() == first.bad());
        }
    }
    return first;
}

TEST_CASE("a file cut at any byte gives its whole records and at most one torn one") {
    for (const Container container : kAllContainers) {
        const std::string whole = dump_of(records(), container);
        const std::vector<ReadRecord> all = read_dump(whole, {.container = container}).records;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            INFO("cut at " << cut);
            const DumpReading reading = read_any(whole.substr(0, cut), container);
            std::vector<std::uint64_t> expected;
            for (const ReadRecord& record : all) {
                if (record.offset + record.text.size() <= cut) {
                    expected.push_back(record.id);
                }
            }
            CHECK(reading.good_ids() == expected);
            CHECK(reading.bad() <= 1);
            if (reading.bad() == 1) {
                CHECK(reading.records.back().is(Reason::record_torn));
                CHECK(reading.records.back().error->place().offset ==
                      reading.records.back().offset);
            }
            if (is_array(container) && cut > 0 && cut + 1 < whole.size()) {
                CHECK(reading.bad() == 1);
            }
        }
    }
}

TEST_CASE("a file with any byte changed loses no byte and no later record") {
    for (const Container container : kAllContainers) {
        const std::string whole = dump_of(records(), container);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            for (const unsigned flip : {0x01U, 0x02U, 0x04U, 0x20U, 0x80U, 0xFFU}) {
                std::string damaged = whole;
                damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
                INFO("byte " << at << " flip " << flip);
                const DumpReading reading = read_any(damaged, container);
                CHECK(reading.records.size() <= 2 * records().size());
            }
        }
    }
}

TEST_CASE("damage in one line leaves the other lines as they are") {
    const std::vector<std::string> good = records();
    for (const std::string line : {"garbage", "{", "\"", "\x01", "{\"id\":1}", "[1,2", "]"}) {
        const std::string file = good[0] + "\n" + line + "\n" + good[2] + "\n";
        const DumpReading reading = read_any(file, Container::json_lines);
        REQUIRE(reading.records.size() == 3);
        CHECK(reading.good_ids() == std::vector<std::uint64_t>{1, 0});
        CHECK(reading.records[1].text == line);
        CHECK(reading.records[1].error->place().line == 2);
        CHECK(reading.records[1].error->place().offset == good[0].size() + 1);
    }
}

TEST_CASE("a last line that is whole but wrong is not called torn") {
    const std::string good = RecordBuilder(1).text();
    CHECK(read_dump(good, {}).bad() == 0);
    CHECK(read_dump("{\"id\":1}", {}).records.back().is(Reason::field_missing));
    CHECK(read_dump("x", {}).records.back().is(Reason::record_malformed));
    CHECK(read_dump(good + "}", {}).records.back().is(Reason::record_malformed));
    CHECK(read_dump("{\"id\":1,\"facen\":\"\",}", {}).records.back().is(Reason::record_malformed));
}

/// Whether another JSON parser takes `text` for an object; bytes beyond ASCII are left to us.
bool is_json_object(std::string text) {
    for (char& c : text) {
        c = static_cast<unsigned char>(c) >= 0x80 ? '?' : c;
    }
    return text.front() == '{' && nlohmann::json::accept(text);
}

TEST_CASE("what is taken for a record is JSON to another parser too") {
    // nlohmann refuses lone surrogates and numbers beyond a double, so the text has none.
    const std::string record =
        R"({"id":12,"facen":"A\/==","facen_model":"m","meta":{"a":[1.5e+1,{"b":null},[true,false]],"s":"\n\u00e9\\"}})";
    std::size_t taken = 0;
    for (std::size_t at = 0; at < record.size(); ++at) {
        for (unsigned byte = 1; byte < 128; ++byte) {
            std::string changed = record;
            changed[at] = static_cast<char>(byte);
            if (changed[at] == '\n') {
                continue;
            }
            const ReadRecord read = read_dump(changed + "\n", {}).records.front();
            INFO(changed);
            if (!read.error) {
                ++taken;
                CHECK(is_json_object(changed));
            } else if (read.is(Reason::record_malformed) &&
                       read.error->detail().find("is no string") == std::string::npos) {
                CHECK_FALSE(is_json_object(changed));
            }
        }
    }
    CHECK(taken > 1000);
}

}  // namespace
}  // namespace ffdump

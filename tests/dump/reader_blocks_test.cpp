// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

std::vector<std::string> some_records(std::uint64_t count) {
    std::vector<std::string> records;
    records.reserve(count);
    for (std::uint64_t id = 0; id < count; ++id) {
        records.push_back(RecordBuilder(id).meta(R"("n":[{"a":"},{"}])").text());
    }
    return records;
}

/// A file made on the fly, `chunk` again and again after `begin`: too big to be held in memory.
class EndlessSource final : public ByteSource {
 public:
    EndlessSource(std::string chunk, std::uint64_t times, std::string begin = "")
        : begin_(std::move(begin)), chunk_(std::move(chunk)), left_(times) {}

    Result<std::size_t> read(std::span<char> out) override {
        std::size_t size = std::min(out.size(), begin_.size());
        std::copy_n(begin_.data(), size, out.data());
        begin_.erase(0, size);
        while (size < out.size() && left_ != 0) {
            const std::size_t count = std::min(out.size() - size, chunk_.size() - at_);
            std::copy_n(chunk_.data() + at_, count, out.data() + size);
            size += count;
            at_ += count;
            if (at_ == chunk_.size()) {
                at_ = 0;
                --left_;
            }
        }
        return size;
    }
    Result<void> skip(std::uint64_t /*count*/) override { return {}; }

 private:
    std::string begin_;
    std::string chunk_;
    std::uint64_t left_;
    std::size_t at_ = 0;
};

TEST_CASE("reading starts again at the end of every block as if it had never stopped") {
    for (const Container container : kAllContainers) {
        std::vector<std::string> records = some_records(4);
        records.insert(records.begin() + 2, "{\"bad\":1}");
        const std::vector<std::string> files{
            dump_of(records, container), dump_of(records, container) + "\n\n",
            dump_of(records, container) + "x", dump_of({}, container)};
        for (const std::string& file : files) {
            for (std::size_t block = 1; block < file.size() + 2; ++block) {
                const ReadingStyle style{.container = container, .block_bytes = block};
                const DumpReading whole = read_dump(file, style);
                for (std::size_t i = 0; i < whole.ends.size(); ++i) {
                    ReadingStyle resumed = style;
                    resumed.start = whole.ends[i];
                    const std::string rest = file.substr(whole.ends[i].offset);
                    const DumpReading reading = read_dump(rest, resumed);
                    REQUIRE(reading.joined == rest);
                    REQUIRE(reading.records.size() == whole.records.size() - whole.counts[i]);
                    for (std::size_t k = 0; k < reading.records.size(); ++k) {
                        const ReadRecord& before = whole.records[whole.counts[i] + k];
                        CHECK(reading.records[k].text == before.text);
                        CHECK(reading.records[k].offset == before.offset);
                        CHECK(reading.records[k].line == before.line);
                        CHECK(reading.records[k].error.has_value() == before.error.has_value());
                    }
                    REQUIRE_FALSE(reading.ends.empty());
                    CHECK(reading.ends.back() == whole.ends.back());
                }
            }
        }
    }
}

TEST_CASE("blocks follow each other without a gap and only the last says so") {
    const std::string file = dump_of(some_records(20), Container::json_array);
    DripSource source(file, 5);
    const Profile profile = builder_profile(Container::json_array);
    RecordReader reader(source, profile, "dump.json", {.block_bytes = 200});
    RecordBlock block;
    ReadPosition at;
    std::size_t blocks = 0;
    while (reader.next(block).value()) {
        CHECK(block.begin == at);
        CHECK(block.end.offset == at.offset + block.used);
        CHECK(block.end.ordinal == at.ordinal + block.size());
        CHECK(block.used <= 200 + some_records(1).front().size());
        CHECK(std::string_view(block.bytes.get(), block.used) ==
              std::string_view(file).substr(at.offset, block.used));
        CHECK(block.last == (block.end.offset == file.size()));
        at = block.end;
        ++blocks;
    }
    CHECK(blocks > 4);
    CHECK_FALSE(reader.next(block).value());
}

TEST_CASE("a record of 60 MiB is read, whatever stands around it") {
    const std::string big = RecordBuilder(7).facen(std::string(60U << 20U, 'A')).text();
    for (const Container container : kAllContainers) {
        const std::string file =
            dump_of({RecordBuilder(1).text(), big, RecordBuilder(2).text()}, container);
        const DumpReading reading =
            read_dump(file, {.container = container, .read_bytes = 1U << 20U});
        REQUIRE_FALSE(reading.failure);
        CHECK(reading.good_ids() == std::vector<std::uint64_t>{1, 7, 2});
        CHECK((reading.joined == file));
    }
}

TEST_CASE("a record over the limit ends the reading with its place, after all before it") {
    const std::string small = RecordBuilder(1).text();
    const std::string big = RecordBuilder(2).facen(std::string(400, 'A')).text();
    for (const Container container : {Container::json_lines, Container::json_array}) {
        const std::string file = dump_of({small, big, small}, container);
        const std::size_t offset = file.find(big);
        for (std::size_t block = 1; block < file.size() + 2; ++block) {
            ReadingStyle style{
                .container = container, .block_bytes = block, .record_bytes = big.size() - 1};
            const DumpReading reading = read_dump(file, style);
            CHECK(reading.good_ids() == std::vector<std::uint64_t>{1});
            REQUIRE(reading.failure);
            CHECK(reading.failure->reason() == Reason::record_too_large);
            CHECK(reading.failure->place().offset == offset);
            CHECK(reading.failure->place().line == (container == Container::json_lines ? 2U : 3U));
            style.record_bytes = big.size();
            CHECK_FALSE(read_dump(file, style).failure);
        }
    }
}

TEST_CASE("white space around a record does not count to its size, whatever is at hand") {
    const std::string record = RecordBuilder(1).text();
    const std::string space(record.size() / 2, ' ');
    const std::string line = space + record + space + "\n" + space + "\n";
    const std::string array =
        space + "[" + space + record + space + "," + space + record + space + "]" + space + "\n";
    for (const Container container : {Container::json_lines, Container::json_array}) {
        const std::string& file = container == Container::json_lines ? line : array;
        for (std::size_t block = 1; block < file.size() + 2; ++block) {
            const DumpReading reading = read_dump(
                file,
                {.container = container, .block_bytes = block, .record_bytes = record.size()});
            CHECK_FALSE(reading.failure);
            CHECK(reading.joined == file);
            CHECK(reading.bad() == 0);
        }
    }
}

TEST_CASE("white space over the limit is an error too and does not fill the memory") {
    const std::string record = RecordBuilder(1).text();
    const std::vector<std::pair<Container, std::string>> begins{
        {Container::json_lines, ""},   {Container::json_lines, record},
        {Container::json_lines, "x"},  {Container::json_array, ""},
        {Container::json_array, "["},  {Container::json_array, "[" + record},
        {Container::json_array, "[7"}, {Container::json_array, "[" + record + ","},
        {Container::json_array, "[{"}, {Container::json_array, "[" + record + "]"}};
    for (const auto& [container, begin] : begins) {
        INFO(begin);
        EndlessSource source(std::string(4096, ' '), 1U << 30U, begin);
        const Profile profile = builder_profile(container);
        RecordReader reader(source, profile, "dump.json", {.record_bytes = 1U << 20U});
        RecordBlock block;
        Result<bool> more = reader.next(block);
        while (more && *more) {
            more = reader.next(block);
        }
        REQUIRE_FALSE(more);
        CHECK(more.error().reason() == Reason::record_too_large);
    }
}

TEST_CASE("an array goes on after an element that never ends, even over the limit") {
    const std::string broken = R"({"id":2,"facen":"AA==,"meta":{}})";
    std::vector<std::string> records;
    records.reserve(41);
    for (std::uint64_t id = 0; id < 40; ++id) {
        records.push_back(RecordBuilder(id).meta(R"("a":"b")").text());
    }
    records.insert(records.begin() + 1, broken);
    const std::string file = dump_of(records, Container::json_array);
    for (const std::size_t block : {1U, 50U, 500U, 5000U}) {
        const DumpReading reading = read_dump(
            file, {.container = Container::json_array, .block_bytes = block, .record_bytes = 400});
        CHECK_FALSE(reading.failure);
        CHECK(reading.joined == file);
        CHECK(reading.good_ids().size() == 40);
        CHECK(reading.bad() == 1);
    }
}

TEST_CASE("nesting is bounded, the record's own brackets included") {
    const auto nested = [](std::size_t depth) {
        return R"({"id":1,"facen":"","a":)" + std::string(depth - 1, '[') +
               std::string(depth - 1, ']') + "}";
    };
    for (const Container container : kAllContainers) {
        ReadingStyle style{.container = container, .depth = 5};
        CHECK(read_dump(dump_of({nested(5)}, container), style).bad() == 0);
        CHECK(read_dump(dump_of({nested(6)}, container), style)
                  .records.front()
                  .is(Reason::record_too_deep));
        style.depth = SIZE_MAX;
        CHECK(read_dump(dump_of({nested(1000)}, container), style).bad() == 0);
        CHECK(read_dump(dump_of({nested(1001)}, container), style)
                  .records.front()
                  .is(Reason::record_too_deep));
        CHECK(read_dump(dump_of({nested(1000000)}, container), style).bad() == 1);
    }
}

TEST_CASE("memory for small records does not grow with the file") {
    const std::string record = RecordBuilder(1).facen(std::string(1708, 'A')).text();
    EndlessSource source(record + "\n", 40000);
    const Profile profile = builder_profile(Container::json_lines);
    RecordReader reader(source, profile, "dump.json", {});
    RecordBlock block;
    std::uint64_t records = 0;
    while (reader.next(block).value()) {
        records += block.size();
        CHECK(block.capacity < (1U << 20U));
        CHECK(block.spans.capacity() * sizeof(RecordSpan) < (1U << 20U));
    }
    CHECK(records == 40000);
    CHECK(block.end.offset == 40000 * (record.size() + 1));
}

TEST_CASE("a buffer that a large record needed is not kept for small ones") {
    std::vector<std::string> records = some_records(30000);
    records.insert(records.begin(), RecordBuilder(9).facen(std::string(8U << 20U, 'A')).text());
    const std::string file = dump_of(records, Container::json_lines);
    DripSource source(file);
    const Profile profile = builder_profile(Container::json_lines);
    RecordReader reader(source, profile, "dump.json", {.block_bytes = 16U << 10U});
    RecordBlock block;
    std::vector<std::size_t> capacities;
    while (reader.next(block).value()) {
        capacities.push_back(block.capacity);
    }
    CHECK(capacities.front() > (8U << 20U));
    CHECK(capacities.back() < (1U << 20U));
}

}  // namespace
}  // namespace ffdump

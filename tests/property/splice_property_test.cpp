// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"
#include "support/test_seed.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

/// A file of generated records with odd white space between them.
struct GeneratedDump {
    std::string text;
    std::vector<GeneratedRecord> records;
};

GeneratedDump generate(RecordGenerator& generator, Container container) {
    const bool in_array = is_array(container);
    const bool in_lines = container == Container::json_lines;
    GeneratedDump dump;
    const std::string line_end = generator.one_in(2) ? "\n" : "\r\n";
    dump.text = generator.one_in(4) ? "\xEF\xBB\xBF" : "";
    dump.text += container == Container::json_object
                     ? "{\"x\":[{}]," + generator.space() + "\"faces\":"
                     : "";
    dump.text += in_array ? generator.space() + "[" : "";
    const std::size_t count = generator.below_or(12);
    for (std::size_t i = 0; i < count; ++i) {
        dump.records.push_back(generator.record());
        if (in_array) {
            dump.text +=
                (i == 0 ? "" : generator.space() + ",") + (generator.one_in(2) ? line_end : "");
        }
        dump.text += generator.space() + dump.records.back().text + generator.space();
        const bool may_end_bare = !in_lines || i + 1 == count;
        dump.text += may_end_bare && generator.one_in(2) ? "" : line_end;
    }
    dump.text += in_array ? generator.space() + "]" + generator.space() : "";
    dump.text += container == Container::json_object ? ",\"y\":\"]\"}" + generator.space() : "";
    return dump;
}

void check(RecordGenerator& generator, Container container) {
    const GeneratedDump dump = generate(generator, container);
    const ReadingStyle style{.container = container,
                             .block_bytes = 1 + generator.below_or(600),
                             .read_bytes = 1 + generator.below_or(300)};
    const DumpReading old_reading = read_dump(dump.text, style);
    REQUIRE(old_reading.joined == dump.text);
    REQUIRE(old_reading.bad() == 0);
    REQUIRE(old_reading.records.size() == dump.records.size());

    std::vector<Facen> facens;
    const std::string spliced = splice_dump(
        dump.text, style,
        [&](std::string& out, FileSplicer& splicer, const RecordBlock& block, std::size_t i) {
            facens.push_back(generator.facen(1 + generator.below_or(20)));
            splicer.changed(out, block, i, facens.back(), "new \"model\"\n");
        });
    REQUIRE(masked(spliced, style) == masked(dump.text, style));

    const DumpReading new_reading = read_dump(spliced, {.container = container});
    REQUIRE(new_reading.records.size() == dump.records.size());
    for (std::size_t i = 0; i < dump.records.size(); ++i) {
        CHECK(old_reading.records[i].id == dump.records[i].id);
        CHECK(old_reading.records[i].facen == dump.records[i].facen);
        const ReadRecord& record = new_reading.records[i];
        CHECK(record.id == dump.records[i].id);
        CHECK(decode_facen(record.facen).value() == facens[i]);
        REQUIRE(record.model.has_value() == dump.records[i].has_model);
        CHECK(unescape_json(record.model.value_or("new \\\"model\\\"\\n")).value() ==
              "new \"model\"\n");
    }
}

TEST_CASE("old and new dump are the same byte for byte but for facen and model") {
    const std::uint64_t first = test_seed();
    WARN("FFDUMP_SEED=" << first);
    for (std::uint64_t i = 0; i < 400; ++i) {
        INFO("seed " << first + i << ", dump " << i);
        RecordGenerator generator(first + i);
        for (const Container container : kAllContainers) {
            check(generator, container);
        }
    }
}

TEST_CASE("any damage to generated dumps keeps every byte in its place") {
    const std::uint64_t first = test_seed();
    WARN("FFDUMP_SEED=" << first);
    for (std::uint64_t i = 0; i < 1500; ++i) {
        INFO("seed " << first + i);
        RecordGenerator generator(first + i);
        const Container container = kAllContainers.at(generator.below_or(3));
        std::string damaged = generate(generator, container).text;
        for (std::size_t hits = 1 + generator.below_or(3); hits > 0 && !damaged.empty(); --hits) {
            const std::size_t at = generator.below_or(damaged.size() - 1);
            switch (generator.below_or(2)) {
                case 0:
                    damaged[at] = static_cast<char>(generator.below_or(255));
                    break;
                case 1:
                    damaged.erase(at, 1 + generator.below_or(20));
                    break;
                default:
                    damaged.insert(at, damaged.substr(generator.below_or(at), 20));
            }
        }
        const std::size_t limit = generator.one_in(3) ? 200 : 1U << 20U;
        const DumpReading coarse =
            read_dump(damaged, {.container = container, .record_bytes = limit});
        const DumpReading fine = read_dump(damaged, {.container = container,
                                                     .block_bytes = 1 + generator.below_or(300),
                                                     .read_bytes = 1 + generator.below_or(50),
                                                     .record_bytes = limit});
        REQUIRE(damaged.starts_with(coarse.joined));
        REQUIRE((coarse.failure || coarse.joined == damaged));
        REQUIRE(fine.joined == coarse.joined);
        REQUIRE(fine.good_ids() == coarse.good_ids());
        REQUIRE(fine.records.size() == coarse.records.size());
        REQUIRE(fine.failure.has_value() == coarse.failure.has_value());
        if (coarse.failure) {
            REQUIRE(fine.failure->place() == coarse.failure->place());
        }
    }
}

}  // namespace
}  // namespace ffdump

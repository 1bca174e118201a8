// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"
#include "support/made_msgpack.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace ffdump;

namespace {

const std::string facen = mp_bin(std::string(64, '\x3E'));

Profile layout(const std::string& container, const std::string& rest,
               std::string_view encoding = "bin-float32le") {
    return parse_profile("name: own\nversion: 1\ncontainer: " + container + "\n" + rest +
                             "facen_encoding: " + std::string(encoding) + "\n",
                         "own.yaml")
        .value();
}

const std::string kMapFields =
    "record: {id: id, facen: facen, facen_model: facen_model, meta: meta, normalized_id: "
    "meta.normalized_id}\n";
const std::string kTupleFields =
    "record: {id: 0, facen: 1, facen_model: 2, meta: 3, normalized_id: 3.normalized_id}\n";

ReadingStyle style_of(const Profile& profile, std::size_t block_bytes = 256U << 10U) {
    return {.container = profile.container, .block_bytes = block_bytes, .profile = profile};
}

/// Everything changed: the facen to `floats`, the model to "new".
std::string migrated(const std::string& text, const Profile& profile, const Facen& floats) {
    return splice_dump(
        text, style_of(profile),
        [&](std::string& out, FileSplicer& splicer, const RecordBlock& block, std::size_t i) {
            REQUIRE_FALSE(block.is_bad(i));
            splicer.changed(out, block, i, floats, "new");
        });
}

/// The first problem of a file of one record.
std::string problem(const std::string& record, std::string_view encoding = "bin-float32le",
                    std::size_t depth = 64) {
    ReadingStyle style = style_of(layout("msgpack_stream", kMapFields, encoding));
    style.depth = depth;
    const DumpReading reading = read_dump(record, style);
    REQUIRE(reading.records.size() == 1);
    const std::optional<Error>& error = reading.records.front().error;
    return error ? error->one_line() : "";
}

bool says(const std::string& line, const std::string& place, const std::string& what,
          const std::string& reason) {
    return line.starts_with("dump.json (" + place + "): " + what + ";") &&
           line.ends_with("[" + reason + "]");
}

}  // namespace

TEST_CASE("records of maps and of tuples are found in streams and in arrays") {
    const std::vector<std::string> maps{mp_record(1, facen, "a.png"),
                                        mp_record(~0ULL, facen, "b.png"), mp_record(0, facen, "")};
    const std::vector<std::string> tuples{mp_tuple(1, facen, "a.png"),
                                          mp_tuple(~0ULL, facen, "b.png"), mp_tuple(0, facen, "")};
    for (const auto& [records, fields] : {std::pair{maps, kMapFields}, {tuples, kTupleFields}}) {
        const std::string joined = records[0] + records[1] + records[2];
        for (const auto& [container, text] :
             {std::pair{std::string("msgpack_stream"), joined},
              {std::string("msgpack_array"), mp_array(records)},
              {std::string("msgpack_array"), mp_array(records, 2)},
              {std::string("msgpack_array"), mp_array(records, 4)}}) {
            for (const std::size_t block : {1U, 100U, 1U << 20U}) {
                const DumpReading reading =
                    read_dump(text, style_of(layout(container, fields), block));
                REQUIRE(reading.joined == text);
                REQUIRE(reading.good_ids() == std::vector<std::uint64_t>{1, ~0ULL, 0});
                CHECK(reading.records[1].facen == facen);
                CHECK(reading.records[1].model == mp_str("old_8"));
                CHECK(reading.records[1].normalized_id == mp_str("b.png"));
                CHECK(reading.records[2].normalized_id == "");
                CHECK(reading.records[1].line == 0);
            }
        }
    }
}

TEST_CASE("a block knows what its texts say, and the head of an array its count") {
    const Profile profile = layout("msgpack_array", kMapFields);
    const std::string text = mp_array({mp_record(1, facen, "\xD0\xB6.png")}, 4);
    const auto source = make_memory_source(text);
    RecordReader reader(*source, profile, "dump", {});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    CHECK(block.text(block.spans[0].facen_model).value() == "old_8");
    CHECK(block.text(block.spans[0].normalized_id).value() == "\xD0\xB6.png");
    REQUIRE(block.header_values.count);
    CHECK(number_of(block.notation, block.view(block.header)) == 1);
    CHECK(block.view(block.header) == text.substr(0, 5));
}

TEST_CASE("only facen and model change: widths, order, ext, nil and odd keys stay") {
    const std::string odd_meta =
        mp_map({{"normalized_id", mp_bin("a.png", 4)},
                {"big", mp_uint(1, 8)},
                {"neg", mp_int(-1, 8)},
                {"flag", "\xC3"},
                {"deep", mp_array({mp_map({}, 4), kMpNil, "\x81\x07\xA1x"}, 4)}},
               2);
    const auto record = [&](const std::string& vector, const std::string& model) {
        return "\xDF" + mp_bytes(5, 4) + mp_str("z") + mp_ext(-1, "abc") + mp_bin("meta") +
               odd_meta + mp_str("facen", 2) + vector + mp_str("facen_model") + model +
               mp_str("id") + mp_int(9, 8);
    };
    const Profile profile = layout("msgpack_stream", kMapFields);
    const Facen floats(100, 0.1F);
    const std::string bytes(reinterpret_cast<const char*>(floats.data()), 400);
    CHECK(migrated(record(facen, mp_str("old")), profile, floats) ==
          record(mp_bin(bytes), mp_str("new")));
    CHECK(migrated(record(mp_bin("1234", 4), mp_bin("old", 2)), profile, floats) ==
          record(mp_bin(bytes, 4), mp_bin("new", 2)));
    CHECK(migrated(record(facen, kMpNil), profile, floats) == record(mp_bin(bytes), kMpNil));
}

TEST_CASE("a header and a trailer of a stream are told from records and brought up to date") {
    const Profile profile = layout(
        "msgpack_stream", kMapFields +
                              "header: {facen_model: m.name, dimension: dim}\ntrailer: {count: "
                              "count}\n");
    const auto text = [&](const std::string& model, std::uint64_t dim, std::uint64_t count,
                          const std::string& records) {
        return mp_map({{"v", mp_uint(1, 0)},
                       {"m", mp_map({{"name", mp_str(model)}})},
                       {"dim", mp_uint(dim, 2)}}) +
               records + mp_map({{"count", mp_uint(count, 4)}});
    };
    const std::string two = mp_record(1, facen, "a") + mp_record(2, facen, "b");
    const std::string source = text("old", 16, 2, two);
    const DumpReading reading = read_dump(source, style_of(profile, 10));
    CHECK(reading.good_ids() == std::vector<std::uint64_t>{1, 2});
    CHECK(reading.bad() == 0);
    CHECK(reading.joined == source);

    std::string out;
    const auto bytes = make_memory_source(source);
    RecordReader reader(*bytes, profile, "dump", {});
    RecordBlock block;
    FileSplicer splicer(profile, {}, {.facen_model = "a newer one", .dimension = 480});
    while (reader.next(block).value()) {
        splicer.header(out, block);
        splicer.kept(out, block, 0);
        splicer.left_out(block, 1);
        splicer.trailer(out, block);
    }
    CHECK(out == text("a newer one", 480, 1, mp_record(1, facen, "a")));
}

TEST_CASE("the head of an array is counted at the end, in its own width") {
    const Profile profile = layout("msgpack_array", kMapFields);
    for (const std::size_t width : {0U, 2U, 4U}) {
        const std::string text =
            mp_array({mp_record(1, facen, "a"), mp_record(2, facen, "b")}, width);
        const auto bytes = make_memory_source(text);
        RecordReader reader(*bytes, profile, "dump", {});
        RecordBlock block;
        FileSplicer splicer(profile, {});
        std::string out;
        REQUIRE(reader.next(block).value());
        splicer.header(out, block);
        splicer.left_out(block, 0);
        splicer.kept(out, block, 1);
        splicer.trailer(out, block);
        const std::string head = counted_head(profile, splicer.state()).value();
        CHECK(head + out.substr(head.size()) == mp_array({mp_record(2, facen, "b")}, width));
    }
    FileSplicer::State full;
    full.emitted = 16;
    full.head = "\x90";
    CHECK_FALSE(counted_head(profile, full));
}

TEST_CASE("every damage of a record has its own words, with the byte where it is") {
    const std::string id = mp_uint(1, 0);
    const auto with_id = [](const std::string& value) {
        return mp_map({{"id", value}, {"facen", facen}});
    };
    CHECK(problem(with_id(id)).empty());
    CHECK(problem(with_id(mp_int(3, 4))).empty());
    const std::string bad_id = "the id is not an integer from 0 to 2^64-1";
    for (const std::string& value :
         {mp_int(-1, 1), std::string("\xFF"), mp_float64(1), mp_float32(1), mp_str("1"), kMpNil,
          mp_array({}), mp_map({}), mp_ext(1, "1")}) {
        CAPTURE(value);
        CHECK(says(problem(with_id(value)), "byte 4", bad_id, "id_invalid"));
    }
    CHECK(says(problem(mp_map({{"facen", facen}})), "byte 0", "no field id", "field_missing"));
    CHECK(problem(mp_map({{"id", id}})).find("no field facen") != std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", mp_str("AAAA")}})).find("field facen is no bin") !=
          std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", mp_bin("AAAA")}}), "str-float32le")
              .find("field facen is no str") != std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", mp_bin("AAAA")}}), "numbers")
              .find("field facen is no array") != std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", mp_array({kMpNil})}}), "numbers")
              .find("field facen holds something else than numbers") != std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", mp_array({mp_array({})})}}), "numbers")
              .find("field facen holds something else than numbers") != std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", facen}, {"facen", facen}}))
              .find("record 1: field facen occurs twice") != std::string::npos);
    CHECK(problem("\x82" + mp_uint(7, 0) + id + mp_str("facen") + facen)
              .find("(byte 1): a key is no text") != std::string::npos);
    CHECK(problem("\x82" + mp_array({}) + id + mp_str("facen") + facen)
              .find("(byte 1): a key is no text") != std::string::npos);
    CHECK(problem(mp_map({{"id", id}, {"facen", facen}, {"facen_model", mp_uint(1)}}))
              .find("field facen_model is neither str nor bin") != std::string::npos);
    const std::string deep =
        mp_map({{"id", id}, {"facen", facen}, {"x", std::string(5, '\x91') + id}});
    CHECK(problem(deep, "bin-float32le", 6).empty());
    CHECK(problem(deep, "bin-float32le", 5).find("nested more than 5 deep") != std::string::npos);
    const std::string bomb =
        mp_map({{"id", id}, {"facen", facen}, {"x", std::string(500'000, '\x91') + id}});
    CHECK(problem(bomb).find("nested more than 64 deep") != std::string::npos);
}

TEST_CASE("a record over the limit ends the reading there, whatever its prefix claims") {
    const Profile profile = layout("msgpack_stream", kMapFields);
    ReadingStyle style = style_of(profile);
    style.record_bytes = 300;
    const std::string good = mp_record(1, facen, "a");
    const std::string large = mp_record(2, mp_bin(std::string(400, 'x')), "b");
    const DumpReading reading = read_dump(good + large + std::string(1000, '\xC1'), style);
    CHECK(reading.good_ids() == std::vector<std::uint64_t>{1});
    REQUIRE(reading.failure);
    CHECK(reading.failure->reason() == Reason::record_too_large);
    CHECK(reading.failure->place().offset == good.size());
    CHECK(reading.failure->place().line == 0);
    for (const std::string& claim :
         {std::string("\xDF\xFF\xFF\xFF\xFF"), std::string("\x81\xDB\xFF\xFF\xFF\xFF"),
          std::string("\x81\xA1x\xC6\xFF\xFF\xFF\xFF")}) {
        CHECK(read_dump(good + claim + std::string(1000, '\x01'), style).failure.has_value());
        const DumpReading torn = read_dump(good + claim, style);
        REQUIRE(torn.records.size() == 2);
        CHECK(torn.records[1].is(Reason::record_torn));
        CHECK(torn.records[1].offset == good.size());
    }
}

TEST_CASE("behind a record whose end is lost reading goes on at the next valid one") {
    const Profile profile = layout("msgpack_stream", kMapFields);
    const std::string a = mp_record(1, facen, "a");
    const std::string b = mp_record(2, facen, "b");
    const std::string c = mp_record(3, facen, "c");
    std::string swallowing = a;
    swallowing.front() = '\x86';
    std::string broken = a;
    broken[1] = '\xC1';
    for (const std::string& damaged : {swallowing, broken, a.substr(0, 20), a.substr(5),
                                       std::string("garbage"), mp_uint(5) + kMpNil}) {
        CAPTURE(damaged);
        const DumpReading reading = read_dump(damaged + b + c, style_of(profile));
        CHECK(reading.good_ids() == std::vector<std::uint64_t>{2, 3});
        CHECK(reading.bad() >= 1);
        CHECK(reading.joined == damaged + b + c);
    }
    const DumpReading lost = read_dump(b + "garbage", style_of(profile));
    CHECK(lost.good_ids() == std::vector<std::uint64_t>{2});
    CHECK(lost.bad() == 1);
}

TEST_CASE("a bad record stays whole when no size of it is at fault, whatever it holds") {
    const Profile profile = layout("msgpack_stream", kMapFields);
    const std::string inner = mp_record(7, facen, "x");
    const std::string bad = mp_map({{"id", mp_str("none")}, {"facen", facen}, {"old", inner}});
    const std::string b = mp_record(2, facen, "b");
    const DumpReading reading = read_dump(bad + b, style_of(profile));
    CHECK(reading.good_ids() == std::vector<std::uint64_t>{2});
    CHECK(reading.bad() == 1);
    CHECK(reading.records[0].text == bad);
    // One with a name is meant to be there.
    const std::string holder = mp_map({{"id", mp_uint(1)}, {"facen", facen}, {"old", inner}});
    CHECK(read_dump(holder + b, style_of(profile)).good_ids() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("a file of the wrong kind is one of bad records") {
    const Profile array = layout("msgpack_array", kMapFields);
    CHECK(read_dump("", style_of(array)).records.empty());
    CHECK(read_dump("\x90", style_of(array)).records.empty());
    const std::string maps = mp_record(1, facen, "a") + mp_record(2, facen, "b");
    const DumpReading reading = read_dump(maps, style_of(array));
    CHECK(reading.bad() == 1);
    REQUIRE_FALSE(reading.records.empty());
    CHECK(reading.records[0].error.has_value());
    CHECK(read_dump("{\"id\":1}\n", style_of(array)).bad() == 1);
}

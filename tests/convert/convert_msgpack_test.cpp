// SPDX-License-Identifier: Apache-2.0
#include "conversion_bench.hpp"
#include "support/made_msgpack.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

namespace ffdump {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Files = std::map<std::string, std::string>;

const std::string kFacen = mp_bin(std::string("\0\0\x80\x3F\0\0\0\0", 8));

Profile own(const std::string& text) {
    return parse_profile("name: own\nversion: 1\n" + text, "own").value();
}

/// Converts the one file `bytes` of layout `from`; what the new file holds, or the error.
std::string there(const std::string& bytes, const Profile& from, const Profile& to) {
    const ConversionBench bench;
    bench.put("dump", {{"faces.json", bytes}});
    ConvertOptions options = bench.options("dump", "new", to);
    options.sources = {from};
    const auto done = bench.run(options);
    return done ? ConversionBench::files_in(options.to).begin()->second : done.error().one_line();
}

std::string there(const std::string& bytes, const char* from, const char* to) {
    return there(bytes, shipped(from), shipped(to));
}

/// A record as no library of ours would write it: wide heads, wide numbers, bin keys, an ext.
std::string odd_map(std::uint64_t id) {
    return "\xDF" + mp_bytes(5, 4) + mp_str("x", 4) + mp_uint(7, 8) + mp_bin("id") +
           mp_int(static_cast<std::int64_t>(id), 4) + mp_str("facen") +
           mp_bin(std::string("\0\0\x80\x3F\0\0\0\0", 8), 4) + mp_str("meta", 2) +
           mp_map({{"t", mp_ext(1, "12345678")},
                   {"normalized_id", mp_bin("1_a.png", 2)},
                   {"bytes", mp_str("\xFF")},
                   {"f", mp_float32(0.1F)}},
                  2) +
           mp_str("deep") + "\x81" + mp_uint(5, 0) + mp_map({}, 4);
}

TEST_CASE("records of msgpack keep every byte from one container to the other and back") {
    const std::string stream = odd_map(1) + odd_map(2);
    const std::string array = "\x92" + stream;
    CHECK((there(stream, "msgpack-stream", "msgpack-array") == array));
    CHECK((there(array, "msgpack-array", "msgpack-stream") == stream));
    // The head of an array keeps its width.
    for (const std::string& head :
         {std::string("\x92"), "\xDC" + mp_bytes(2, 2), "\xDD" + mp_bytes(2, 4)}) {
        CHECK((there(head + stream, "msgpack-array", "msgpack-array") == head + stream));
    }
    CHECK((there(stream, "msgpack-stream", "msgpack-stream") == stream));
    CHECK((there("", "msgpack-stream", "msgpack-array") == "\x90"));
    CHECK((there("\x90", "msgpack-array", "msgpack-stream").empty()));
}

TEST_CASE("the head of an array is as short as the number of records allows") {
    const std::string record = mp_map({{"id", mp_uint(1, 0)}, {"facen", kFacen}});
    std::string many;
    for (int i = 0; i < 16; ++i) {
        many += record;
    }
    CHECK((there(many, "msgpack-stream", "msgpack-array") == "\xDC" + mp_bytes(16, 2) + many));
}

TEST_CASE("fields go to their places in a tuple and back to their names") {
    const std::string map = mp_map({{"id", mp_uint(5, 8)},
                                    {"facen", kFacen},
                                    {"facen_model", mp_str("m", 1)},
                                    {"meta", mp_map({{"normalized_id", mp_str("a")}}, 2)}});
    const std::string tuple = mp_array(
        {mp_uint(5, 8), kFacen, mp_str("m", 1), mp_map({{"normalized_id", mp_str("a")}}, 2)});
    CHECK((there(map, "msgpack-stream", "msgpack-tuples") == tuple));
    CHECK((there(tuple, "msgpack-tuples", "msgpack-stream") == map));
    // A field that is not there leaves a nil, which is none on the way back.
    const std::string short_map =
        mp_map({{"id", mp_uint(5, 0)}, {"facen", kFacen}, {"meta", mp_map({})}});
    const std::string gap = mp_array({mp_uint(5, 0), kFacen, kMpNil, mp_map({})});
    CHECK((there(short_map, "msgpack-stream", "msgpack-tuples") == gap));
    CHECK((there(gap, "msgpack-tuples", "msgpack-stream") == short_map));
    CHECK(there(gap, "msgpack-tuples", "json-lines") ==
          R"({"id":5,"facen":"AACAPwAAAAA=","meta":{}})"
          "\n");
    // Tuples of one kind keep what they have: nil, wide heads, further places, or fewer.
    for (const std::string& same :
         {gap, mp_array({mp_uint(5), kFacen}, 4),
          mp_array({mp_uint(5), kFacen, kMpNil, mp_map({}), mp_ext(1, "x"), kMpNil}, 2)}) {
        CHECK((there(same, "msgpack-tuples", "msgpack-tuples") == same));
    }
}

TEST_CASE("a place that the layout does not name has its number as a key, and goes back to it") {
    const std::string tuple =
        mp_array({mp_uint(5, 0), kFacen, kMpNil, mp_map({}), mp_str("more"), kMpNil});
    const std::string line = R"({"id":5,"facen":"AACAPwAAAAA=","meta":{},"4":"more","5":null})"
                             "\n";
    CHECK(there(tuple, "msgpack-tuples", "json-lines") == line);
    CHECK((there(line, "json-lines", "msgpack-tuples") == tuple));
}

TEST_CASE("two fields of a tuple may change places") {
    const Profile swapped =
        own("container: msgpack_array\nrecord: {id: 1, facen: 0, meta: 2, normalized_id: "
            "2.image}\nfacen_encoding: bin-float32le\n");
    const Profile plain =
        own("container: msgpack_stream\nrecord: {id: 0, facen: 1, meta: 2, normalized_id: "
            "2.norm}\nfacen_encoding: bin-float32le\n");
    const std::string tuple =
        mp_array({mp_uint(5), kFacen, mp_map({{"norm", mp_str("a")}, {"x", mp_ext(1, "x")}})});
    const std::string other =
        "\x91" +
        mp_array({kFacen, mp_uint(5), mp_map({{"image", mp_str("a")}, {"x", mp_ext(1, "x")}})});
    CHECK((there(tuple, plain, swapped) == other));
    CHECK((there(other, swapped, plain) == tuple));
}

TEST_CASE("header and trailer of msgpack keep their bytes, and bring theirs to JSON") {
    const Profile framed =
        own("container: msgpack_stream\nheader: {gallery: gallery, facen_model: facen_model, "
            "dimension: facen_size}\ntrailer: {count: count}\nrecord: {id: id, facen: facen}\n"
            "facen_encoding: bin-float32le\ngallery_from: header\n");
    const std::string record = mp_map({{"id", mp_uint(1)}, {"facen", kFacen}});
    const std::string odd = mp_map({{"gallery", mp_str("g", 2)},
                                    {"facen_model", mp_bin("m")},
                                    {"facen_size", mp_uint(2, 8)},
                                    {"schema", mp_uint(7, 2)}},
                                   4) +
                            record + mp_map({{"count", mp_uint(1, 4)}, {"end", "\xC3"}}, 2);
    CHECK((there(odd, framed, framed) == odd));
    const std::string lines = R"({"gallery":"g","facen_model":"m","facen_size":2,"schema":7})"
                              "\n"
                              R"({"id":1,"facen":"AACAPwAAAAA="})"
                              "\n"
                              R"({"count":1,"end":true})"
                              "\n";
    const std::string plain = mp_map({{"gallery", mp_str("g")},
                                      {"facen_model", mp_str("m")},
                                      {"facen_size", mp_uint(2, 0)},
                                      {"schema", mp_uint(7, 0)}}) +
                              mp_map({{"id", mp_uint(1, 0)}, {"facen", kFacen}}) +
                              mp_map({{"count", mp_uint(1, 0)}, {"end", "\xC3"}});
    // The model is a text, be it str or bin.
    CHECK(there(odd, framed, shipped("json-lines-header")) == lines);
    CHECK(there(plain, framed, shipped("json-lines-header")) == lines);
    CHECK((there(lines, shipped("json-lines-header"), framed) == plain));
}

TEST_CASE("what JSON has no word for ends the conversion with place, record and field") {
    const auto with = [](const std::string& key, const std::string& value) {
        return mp_map({{"id", mp_uint(1, 0)}, {"facen", kFacen}}) +
               mp_map({{"id", mp_uint(2, 0)},
                       {"facen", kFacen},
                       {"meta", mp_map({{"normalized_id", mp_str("a")}, {key, value}})}});
    };
    const auto problem = [&](const std::string& key, const std::string& value) {
        return there(with(key, value), "msgpack-stream", "json-lines");
    };
    CHECK_THAT(problem("x", mp_ext(1, "x")),
               Contains("faces.json (byte 21), record 2: ") &&
                   Contains("field meta.x: an ext, which JSON has not") &&
                   EndsWith("[layout_cannot_carry]"));
    CHECK_THAT(problem("x", mp_array({mp_map({{"y", mp_bin("x")}})})),
               Contains("field meta.x.0.y: a bin, which JSON has not"));
    CHECK_THAT(problem("x", mp_str("\xFF")), Contains("field meta.x: a text that is not UTF-8"));
    CHECK_THAT(problem("\xFF", kMpNil), Contains("its key is no text of UTF-8"));
    CHECK_THAT(problem("x", mp_float64(std::numeric_limits<double>::quiet_NaN())),
               Contains("field meta.x: a float that is not finite"));
    CHECK_THAT(there(with("x", mp_float32(0.1F)), "msgpack-stream", "json-lines"),
               Contains(R"("x":0.10000000149011612)"));
}

TEST_CASE("what msgpack has no word for ends the conversion with place, record and field") {
    const auto problem = [](const std::string& value, const char* to) {
        return there(R"({"id":1,"facen":"AACAPwAAAAA="})"
                     "\n"
                     R"({"id":2,"facen":"AACAPwAAAAA=","meta":{"x":)" +
                         value + "}}\n",
                     "json-lines", to);
    };
    CHECK_THAT(problem("18446744073709551616", "msgpack-array"),
               Contains("faces.json:2 (byte ") && Contains("record 2") &&
                   Contains("field meta.x: an integer beyond the 64 bits") &&
                   EndsWith("[layout_cannot_carry]"));
    CHECK_THAT(problem("[1.00000000000000000001]", "msgpack-stream"),
               Contains("field meta.x.0: a number with more digits"));
    CHECK_THAT(problem("\"\xFF\"", "msgpack-tuples"),
               Contains("field 3.x: a text that is not UTF-8"));
}

TEST_CASE("what a tuple has no place for ends the conversion with the field's name") {
    const auto problem = [](const std::string& members) {
        return there(R"({"id":1,"facen":"AACAPwAAAAA=")" + members + "}\n", "json-lines",
                     "msgpack-tuples");
    };
    CHECK_THAT(problem(R"(,"more":1)"),
               Contains("field more: a record of msgpack-tuples has places and no names"));
    CHECK_THAT(problem(R"(,"04":1)"), Contains("has places and no names"));
    CHECK_THAT(problem(R"(,"65536":1)"), Contains("has places and no names"));
    CHECK_THAT(problem(R"(,"5":1)"), Contains("field 4: nothing stands at this place"));
    CHECK_THAT(problem(R"(,"4":1,"4":2)"), Contains("field 4: it is there twice"));
    CHECK_THAT(problem(R"(,"0":1)"), Contains("field 0 is something else"));
    CHECK_THAT(problem(R"(,"meta":null)"), Contains("field 3: it is null"));
}

TEST_CASE("a field in an array within a record is refused and not lost") {
    const Profile deep =
        own("container: msgpack_stream\nrecord: {id: id, facen: v.0}\n"
            "facen_encoding: bin-float32le\n");
    const std::string record = mp_map({{"id", mp_uint(1)}, {"v", mp_array({kFacen})}});
    CHECK_THAT(there(record, deep, shipped("json-lines")),
               Contains("record 1") && Contains("field v.0 is in an array within the record"));
}

TEST_CASE("ids of every width come to JSON and back") {
    for (const std::string& id : {mp_uint(0, 0), mp_uint(255, 1), mp_uint(1, 8), mp_int(1, 8),
                                  mp_uint(std::numeric_limits<std::uint64_t>::max())}) {
        const std::string record = mp_map({{"id", id}, {"facen", kFacen}});
        const std::string line = there(record, "msgpack-stream", "json-lines");
        CHECK_THAT(line, Contains(R"("facen":"AACAPwAAAAA="})"));
        CHECK(there(there(line, "json-lines", "msgpack-stream"), "msgpack-stream", "json-lines") ==
              line);
    }
}

TEST_CASE("an array whose head states another number of records is not converted") {
    const std::string record = mp_map({{"id", mp_uint(1)}, {"facen", kFacen}});
    for (const char* const to : {"json-lines", "msgpack-array"}) {
        CHECK_THAT(there("\x92" + record, "msgpack-array", to),
                   Contains("the head of the array states 2 records, 1 are there") &&
                       EndsWith("[record_torn]"));
    }
}

TEST_CASE("records of several galleries are split into arrays that count their own") {
    const ConversionBench bench;
    const auto record = [](int id, const char* gallery) {
        return R"({"id":)" + std::to_string(id) + R"(,"gallery":")" + gallery +
               R"(","facen":"AACAPwAAAAA="})" + "\n";
    };
    bench.put("mixed", {{"a.json", record(1, "cars") + record(2, "faces") + record(3, "cars")},
                        {"b.json", record(4, "cars")}});
    ConvertOptions options = bench.options("mixed", "new", shipped("msgpack-array"));
    options.split_galleries = true;
    const Files files = bench.converted(options);
    const auto packed = [](unsigned id) {
        return mp_map({{"id", mp_uint(id, 0)}, {"facen", kFacen}});
    };
    CHECK((files == Files{{"cars.json", "\x93" + packed(1) + packed(3) + packed(4)},
                          {"faces.json", "\x91" + packed(2)}}));
}

TEST_CASE("progress counts a dump twice whose records are counted first") {
    const ConversionBench bench;
    bench.put("lines", {{"a.json", odd_lines()}});
    std::uint64_t last = 0;
    bool has_passed = true;
    // Odd lines hold what msgpack cannot say; the progress up to there is enough.
    static_cast<void>(convert_dump(bench.files(),
                                   bench.options("lines", "new", shipped("msgpack-array")),
                                   [&](std::uint64_t read, std::uint64_t total) {
                                       has_passed = has_passed && read >= last && read <= total;
                                       CHECK(total == 2 * odd_lines().size());
                                       last = read;
                                       return true;
                                   }));
    CHECK(has_passed);
    CHECK(last == odd_lines().size());
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
// Megabytes a second of RecordReader against the least that could read a dump with the same
// library: a loop that finds lines and asks simdjson for four values. Alternating rounds; the best
// of each is printed, since noise only ever adds.

#include "bare_lines.hpp"
#include "reading_bench.hpp"
#include "support/record_builder.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace ffdump;

constexpr std::size_t kRecords = 30000;

/// What both sides must agree on, so that none of them can be optimised away or be wrong.
struct Totals {
    std::uint64_t records = 0;
    std::uint64_t ids = 0;
    std::uint64_t facen_bytes = 0;
    std::uint64_t image_bytes = 0;
    friend bool operator==(const Totals&, const Totals&) = default;
};

std::string make_dump(std::size_t dimension, Container container) {
    RecordGenerator generator(dimension);
    std::string dump = container == Container::json_array ? "[\n" : "";
    const std::string meta =
        R"("timestamp":"2023-04-11T09:21:44.318472Z","camera":117,"camera_group":4,"score":0.9731842,)"
        R"("bbox":{"left":512,"top":190,"right":701,"bottom":433},"cam_name":"Entrance 3, hall B","matched":false,)"
        R"("features":{"age":34.11,"gender":"MALE","liveness":0.9993},"source_photo":"faces/2023/04/11/a1.jpg")";
    for (std::size_t id = 0; id < kRecords; ++id) {
        std::string facen;
        append_facen(facen, generator.facen(dimension), SlashStyle::plain);
        if (container == Container::json_array && id > 0) {
            dump += ",\n";
        }
        dump += RecordBuilder(id).facen(facen).meta(meta).normalized("n/2023/04/a.png").text();
        dump += container == Container::json_lines ? "\n" : "";
    }
    return dump + (container == Container::json_array ? "\n]\n" : "");
}

Totals with_reader(const std::string& dump, Container container) {
    CopyingSource source(dump);
    const Profile profile = builder_profile(container);
    RecordReader reader(source, profile, "bench.json", {});
    RecordBlock block;
    Totals totals;
    while (reader.next(block).value()) {
        for (const RecordSpan& span : block.spans) {
            if (span.bad < 0) {
                ++totals.records;
                totals.ids += span.id.value;
                totals.facen_bytes += span.facen.size;
                totals.image_bytes += span.normalized_id.size;
            }
        }
    }
    return totals;
}

void bare_record(simdjson::ondemand::parser& parser, std::string_view line, std::size_t padded,
                 Totals& totals) {
    simdjson::ondemand::document document =
        parser.iterate(simdjson::padded_string_view(line.data(), line.size(), padded));
    simdjson::ondemand::object record = document.get_object();
    ++totals.records;
    totals.ids += record["id"].get_uint64().value();
    totals.facen_bytes += std::string_view(record["facen"].raw_json_token()).size() - 2;
    totals.image_bytes +=
        std::string_view(record["meta"]["normalized_id"].raw_json_token()).size() - 2;
}

Totals with_bare_loop(const std::string& dump) {
    CopyingSource source(dump);
    Totals totals;
    bare_lines([&](char* begin, std::size_t most) { return source.read({begin, most}).value(); },
               [&](simdjson::ondemand::parser& parser, std::string_view line, std::size_t padded) {
                   bare_record(parser, line, padded, totals);
               });
    return totals;
}

bool compare(std::size_t dimension, int rounds) {
    const std::string lines = make_dump(dimension, Container::json_lines);
    const std::string array = make_dump(dimension, Container::json_array);
    Totals bare;
    Totals in_lines;
    Totals in_array;
    double best_bare = 0;
    double best_lines = 0;
    double best_array = 0;
    for (int i = 0; i < rounds; ++i) {
        best_bare = std::max(
            best_bare, megabytes_a_second(lines, bare, [&] { return with_bare_loop(lines); }));
        best_lines = std::max(best_lines, megabytes_a_second(lines, in_lines, [&] {
                                  return with_reader(lines, Container::json_lines);
                              }));
        best_array = std::max(best_array, megabytes_a_second(array, in_array, [&] {
                                  return with_reader(array, Container::json_array);
                              }));
    }
    fmt::print(
        "{} floats, {} bytes a record, best of {}: bare loop {:.0f} MB/s, "
        "lines {:.0f} MB/s ({:.0f} %), array {:.0f} MB/s ({:.0f} %)\n",
        dimension, lines.size() / in_lines.records, rounds, best_bare, best_lines,
        100 * best_lines / best_bare, best_array, 100 * best_array / best_bare);
    return bare == in_lines && in_lines == in_array;
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = static_cast<int>(number_or(argc, argv, 1, 7));
    bool agree = true;
    for (const std::size_t dimension : {std::size_t{320}, std::size_t{480}}) {
        agree = compare(dimension, rounds) && agree;
    }
    if (!agree) {
        fmt::print("the loops do not agree on what they read\n");
    }
    return agree ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
#include "salvaged_records.hpp"

#include "support/dump_reading.hpp"
#include "support/exhaustive_step.hpp"
#include "support/made_msgpack.hpp"
#include "support/test_seed.hpp"

#include "ffdump/journal/failures.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr std::array kEveryContainer = {Container::json_lines,     Container::json_array,
                                        Container::json_stream,    Container::json_object,
                                        Container::msgpack_stream, Container::msgpack_array};

struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// A dump file, and where its records stand.
struct MadeFile {
    Container container = Container::json_lines;
    std::string text;
    std::vector<Stretch> places;

    [[nodiscard]] std::string record(Stretch place) const {
        return text.substr(place.begin, place.end - place.begin);
    }
};

/// Records of many sizes; strings and lists in them hold what could pass for a border.
std::string json_record(std::uint64_t id) {
    std::string facen;
    append_facen(facen, RecordGenerator(id).facen(1 + id % 7), SlashStyle::escaped);
    return RecordBuilder(id)
        .facen(facen)
        .model("new_320")
        .meta(R"("t":["},{","\"id\":1"],"x":[{"id":3},{"y":[1,2]}],"n":")" +
              std::string(id * 5 % 23, '{') + '"')
        .normalized("i/" + std::to_string(id) + ".png")
        .text();
}

MadeFile made_file(Container container, std::size_t count = 9) {
    MadeFile file;
    file.container = container;
    std::vector<std::string> records;
    for (std::uint64_t id = 1; id <= count; ++id) {
        records.push_back(
            notation_of(container) == Notation::json
                ? json_record(id)
                : mp_record(id, mp_facen(RecordGenerator(id).facen(1 + id % 7), "bin-float32le"),
                            "i/" + std::string(id % 4, '\x84')));
    }
    if (notation_of(container) == Notation::json) {
        file.text = dump_of(records, container);
    } else {
        file.text = container == Container::msgpack_array ? mp_array(records, 2) : "";
        for (const std::string& record : records) {
            file.text += container == Container::msgpack_array ? "" : record;
        }
    }
    std::size_t at = 0;
    for (const std::string& record : records) {
        at = file.text.find(record, at);
        file.places.push_back({at, at + record.size()});
        at += record.size();
    }
    return file;
}

/// What is saved of the file when only `runs` of it are there.
std::string saved_of(const MadeFile& file, const std::vector<Stretch>& runs, const Profile& profile,
                     std::uint64_t& records) {
    std::vector<SalvagedRun> sources;
    std::vector<std::string> bytes;
    bytes.reserve(runs.size());
    for (const Stretch& run : runs) {
        bytes.push_back(file.record(run));
        sources.push_back({make_memory_source(bytes.back()), run.begin == 0});
    }
    std::string out;
    const Result<SavedRecords> saved = write_whole_records(
        std::move(sources), profile, {}, [&out](std::string_view more) -> Result<void> {
            out.append(more);
            return {};
        });
    REQUIRE(saved);
    out.replace(0, saved->head.size(), saved->head);
    records = saved->records;
    return out;
}

/// Exactly the records that are whole in one of the runs, in a file that reads without complaint.
void check_saved(const MadeFile& file, const std::vector<Stretch>& runs) {
    std::vector<std::string> whole;
    for (const Stretch& place : file.places) {
        const bool is_whole = std::ranges::any_of(runs, [&](const Stretch& run) {
            return run.begin <= place.begin && place.end <= run.end;
        });
        if (is_whole) {
            whole.push_back(file.record(place));
        }
    }
    std::uint64_t records = 0;
    const std::string out = saved_of(file, runs, builder_profile(file.container), records);
    CHECK(records == whole.size());
    const DumpReading reading = read_dump(out, {.container = file.container});
    CHECK_FALSE(reading.failure);
    std::vector<std::string> found;
    for (const ReadRecord& record : reading.records) {
        found.push_back(record.text);
    }
    if (found != whole) {
        FAIL("container " << static_cast<int>(file.container) << ", saved: " << out);
    }
    if (file.container == Container::msgpack_array && !out.empty()) {
        CHECK(msgpack_head(out).value().count == whole.size());
    }
}

TEST_CASE("of a file cut anywhere exactly the whole records are saved, in every container") {
    for (const Container container : kEveryContainer) {
        const MadeFile file = made_file(container);
        for (std::size_t end = 1; end < file.text.size(); end += exhaustive_step(7)) {
            CAPTURE(static_cast<int>(container), end);
            check_saved(file, {{0, end}});
        }
    }
}

TEST_CASE("of a file without its beginning exactly the whole records are saved") {
    for (const Container container : kEveryContainer) {
        const MadeFile file = made_file(container);
        for (std::size_t begin = 1; begin < file.text.size(); begin += exhaustive_step(7)) {
            CAPTURE(static_cast<int>(container), begin);
            check_saved(file, {{begin, file.text.size()}});
        }
    }
}

TEST_CASE("wherever a gap is, whole records on both sides are saved and no halves joined") {
    const std::size_t size = GENERATE(1U, 3U, 60U, 300U, 700U);
    for (const Container container : kEveryContainer) {
        const MadeFile file = made_file(container);
        for (std::size_t at = 1; at + size < file.text.size(); at += exhaustive_step(7)) {
            CAPTURE(static_cast<int>(container), at, size);
            check_saved(file, {{0, at}, {at + size, file.text.size()}});
        }
    }
}

TEST_CASE("from any number of runs exactly their whole records are saved") {
    const std::uint64_t seed = test_seed();
    WARN("FFDUMP_SEED=" << seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 600; ++i) {
        const MadeFile file = made_file(kEveryContainer.at(random() % kEveryContainer.size()));
        std::vector<std::size_t> borders;
        for (std::size_t n = 2 + random() % 7; n > 0; --n) {
            borders.push_back(random() % (file.text.size() + 1));
        }
        std::ranges::sort(borders);
        std::vector<Stretch> runs;
        for (std::size_t n = 0; n + 1 < borders.size(); n += 2) {
            const bool touches = !runs.empty() && runs.back().end == borders[n];
            if (borders[n] != borders[n + 1] && !touches) {
                runs.push_back({borders[n], borders[n + 1]});
            }
        }
        if (!runs.empty()) {
            CAPTURE(i, static_cast<int>(file.container));
            check_saved(file, runs);
        }
    }
}

TEST_CASE("a count in front of the records is that of the saved ones, also behind a gap") {
    MadeFile file = made_file(Container::json_lines, 12);
    const std::string header = R"({"n":12,"end":"\"n\":1"})"
                               "\n";
    file.text.insert(0, header);
    for (Stretch& place : file.places) {
        place.begin += header.size();
        place.end += header.size();
    }
    Profile profile = builder_profile(Container::json_lines);
    profile.header = StatedPaths{};
    profile.header->count = {"n"};
    std::uint64_t records = 0;
    const std::vector<Stretch> runs = {{0, file.places[2].end - 1},
                                       {file.places[3].begin + 1, file.places[7].end + 1}};
    const std::string out = saved_of(file, runs, profile, records);
    CHECK(records == 6);
    CHECK(out.starts_with(R"({"n":6 ,"end":"\"n\":1"})"
                          "\n"));
}

TEST_CASE("an object in a record that could be one itself is not taken for one behind a gap") {
    const std::string inner = json_record(7000);
    std::vector<std::string> records;
    for (std::uint64_t id = 1; id < 200; ++id) {
        records.push_back(RecordBuilder(id).meta("\"of\":[" + inner + "," + inner + "]").text());
    }
    for (const Container container :
         {Container::json_array, Container::json_stream, Container::json_object}) {
        MadeFile file;
        file.container = container;
        file.text = dump_of(records, container);
        for (std::size_t at = file.text.find(records[3]); at < file.text.find(records[5]);
             at += exhaustive_step(7)) {
            std::uint64_t saved = 0;
            CAPTURE(static_cast<int>(container), at);
            static_cast<void>(
                saved_of(file, {{at, file.text.size()}}, builder_profile(file.container), saved));
            CHECK((saved == 196 || saved == 195 || saved == 194));
        }
    }
}

TEST_CASE("whole entries of a torn list of failures are saved, and half ones are not") {
    std::string text;
    for (int i = 0; i < 4; ++i) {
        FailureEntry entry;
        entry.file = "a.json";
        entry.gallery = "a";
        entry.ordinal = static_cast<std::uint64_t>(i);
        entry.reason = Reason::no_face;
        entry.record = json_record(static_cast<std::uint64_t>(i));
        text += failure_line(entry);
    }
    const std::size_t line = text.size() / 4;
    for (std::size_t at = 1; at + line < text.size(); ++at) {
        const std::string first = text.substr(0, at);
        const std::string second = text.substr(at + line);
        std::vector<SalvagedRun> runs;
        runs.push_back({make_memory_source(first), true});
        runs.push_back({make_memory_source(second), false});
        std::string out;
        const Result<std::uint64_t> saved =
            write_whole_failures(runs, 1U << 20U, [&out](std::string_view more) -> Result<void> {
                out.append(more);
                return {};
            });
        CAPTURE(at);
        REQUIRE(saved);
        CHECK(*saved >= 1);
        std::string_view left = out;
        for (std::uint64_t n = 0; n < *saved; ++n) {
            const std::string_view one = left.substr(0, left.find('\n') + 1);
            CHECK(text.find(one) != std::string::npos);
            left.remove_prefix(one.size());
        }
        CHECK(left.empty());
    }
}

}  // namespace
}  // namespace ffdump

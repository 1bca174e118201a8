// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"
#include "support/made_msgpack.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace ffdump;

namespace {

struct MadeDump {
    std::string text;
    ReadingStyle style;
};

/// Three records as maps or tuples, in a stream or an array.
std::vector<MadeDump> dumps() {
    const std::string facen = mp_bin(std::string(16, '\x3E'));
    const std::vector<std::string> maps{mp_record(300, facen, "a"), mp_record(301, facen, "b"),
                                        mp_record(302, facen, "c")};
    const std::vector<std::string> tuples{mp_tuple(300, facen, "a"), mp_tuple(301, facen, "b"),
                                          mp_tuple(302, facen, "c")};
    std::vector<MadeDump> all;
    for (const Container container : {Container::msgpack_stream, Container::msgpack_array}) {
        for (const std::vector<std::string>& records : {maps, tuples}) {
            Profile profile = builder_profile(container);
            if (records == tuples) {
                profile.id = {"0"};
                profile.facen = {"1"};
                profile.facen_model = {"2"};
                profile.meta = {"3"};
                profile.normalized_id = {"3", "normalized_id"};
            }
            const std::string text = container == Container::msgpack_array
                                         ? mp_array(records, 2)
                                         : records[0] + records[1] + records[2];
            all.push_back({text, {.container = container, .profile = profile}});
        }
    }
    return all;
}

/// What must hold of any bytes: each stands in its place, errors have places, and how much is read
/// at once changes nothing.
DumpReading checked(const std::string& bytes, const ReadingStyle& style) {
    const DumpReading coarse = read_dump(bytes, style);
    REQUIRE_FALSE(coarse.failure.has_value());
    REQUIRE(coarse.joined == bytes);
    for (const ReadRecord& record : coarse.records) {
        REQUIRE((!record.error || record.error->place().offset.has_value()));
    }
    ReadingStyle small = style;
    small.block_bytes = 7;
    small.read_bytes = 3;
    const DumpReading fine = read_dump(bytes, small);
    REQUIRE(fine.joined == bytes);
    REQUIRE(fine.good_ids() == coarse.good_ids());
    REQUIRE(fine.records.size() == coarse.records.size());
    return coarse;
}

std::size_t known(const DumpReading& reading) {
    const std::vector<std::uint64_t> ids = reading.good_ids();
    return static_cast<std::size_t>(
        std::ranges::count_if(ids, [](std::uint64_t id) { return id >= 300 && id <= 302; }));
}

}  // namespace

TEST_CASE("a msgpack dump that is cut anywhere keeps the records before the cut") {
    for (const MadeDump& dump : dumps()) {
        const DumpReading whole = checked(dump.text, dump.style);
        REQUIRE(whole.bad() == 0);
        for (std::size_t length = 0; length < dump.text.size(); ++length) {
            CAPTURE(length);
            const DumpReading cut = checked(dump.text.substr(0, length), dump.style);
            std::size_t before = 0;
            bool is_border = length <= 3;
            for (const ReadRecord& record : whole.records) {
                before += record.offset + record.text.size() <= length ? 1U : 0U;
                is_border = is_border || record.offset + record.text.size() == length;
            }
            CHECK(cut.good_ids().size() == before);
            CHECK(cut.bad() == (is_border ? cut.bad() : 1));
            CHECK((is_border || cut.records.back().is(Reason::record_torn)));
        }
    }
}

TEST_CASE("any flipped byte of a msgpack dump costs no record that it is not in") {
    for (const MadeDump& dump : dumps()) {
        const DumpReading whole = checked(dump.text, dump.style);
        for (std::size_t at = 0; at < dump.text.size(); ++at) {
            for (const unsigned flip : {0x01U, 0x10U, 0x80U, 0xFFU}) {
                CAPTURE(at, flip);
                std::string bytes = dump.text;
                bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ flip);
                const DumpReading reading = checked(bytes, dump.style);
                const bool is_last = at >= whole.records.back().offset;
                // A size that reaches over the end takes the last record along only when nothing
                // valid follows.
                CHECK(known(reading) >= (is_last ? 2U : 1U));
            }
        }
    }
}

TEST_CASE("a place in a msgpack dump where a block ended is one where reading may start") {
    for (const MadeDump& dump : dumps()) {
        ReadingStyle style = dump.style;
        style.block_bytes = 1;
        const DumpReading whole = read_dump(dump.text, style);
        for (std::size_t i = 0; i < whole.ends.size(); ++i) {
            ReadingStyle rest = style;
            rest.start = whole.ends[i];
            const DumpReading reading = read_dump(
                std::string_view(dump.text).substr(static_cast<std::size_t>(rest.start.offset)),
                rest);
            CHECK(reading.records.size() == whole.records.size() - whole.counts[i]);
            CHECK(reading.bad() == 0);
        }
    }
}

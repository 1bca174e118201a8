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

bool is_in(const ReadRecord& record, std::size_t at) {
    return at >= record.offset && at < record.offset + record.text.size();
}

bool is_read(const DumpReading& reading, const ReadRecord& wanted) {
    return std::ranges::any_of(reading.records, [&wanted](const ReadRecord& record) {
        return !record.error && record.offset == wanted.offset && record.text == wanted.text;
    });
}

}  // namespace

TEST_CASE("a msgpack dump that is cut anywhere keeps the records before the cut") {
    for (const MadeDump& dump : dumps()) {
        const DumpReading whole = checked(dump.text, dump.style);
        REQUIRE(whole.bad() == 0);
        for (std::size_t length = 0; length < dump.text.size(); ++length) {
            CAPTURE(length);
            const DumpReading cut = checked(dump.text.substr(0, length), dump.style);
            const std::uint64_t head = whole.records.front().offset;
            std::size_t before = 0;
            bool is_border = length == 0 || length == head;
            for (const ReadRecord& record : whole.records) {
                before += record.offset + record.text.size() <= length ? 1U : 0U;
                is_border = is_border || record.offset + record.text.size() == length;
            }
            CHECK(cut.good_ids().size() == before);
            CHECK(cut.bad() == (is_border ? 0U : 1U));
            CHECK((is_border || length < head || cut.records.back().is(Reason::record_torn)));
        }
    }
}

TEST_CASE("any flipped byte of a msgpack dump costs no record that it is not in") {
    for (const MadeDump& dump : dumps()) {
        const DumpReading whole = checked(dump.text, dump.style);
        for (std::size_t at = 0; at < dump.text.size(); ++at) {
            for (const unsigned flip :
                 {0x01U, 0x02U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U, 0xFFU}) {
                CAPTURE(at, flip);
                std::string bytes = dump.text;
                bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ flip);
                const DumpReading reading = checked(bytes, dump.style);
                std::size_t hit = 0;
                for (const ReadRecord& record : whole.records) {
                    // A head of the array that becomes longer takes the first record's front.
                    const bool is_hit = is_in(record, std::max(at, whole.records[0].offset));
                    hit += is_hit ? 1U : 0U;
                    CHECK((is_hit || is_read(reading, record)));
                }
                // The one that is hit may still be a record, if its values did not shift.
                const std::size_t good = reading.good_ids().size();
                CHECK((good == 3 || (good + hit == 3 && reading.bad() != 0)));
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

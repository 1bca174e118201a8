// SPDX-License-Identifier: Apache-2.0
#include "record_pairs.hpp"

#include "record_elements.hpp"
#include "support/made_msgpack.hpp"
#include "support/record_builder.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

/// The block of a dump of one record.
RecordBlock block_of(const std::string& record) {
    const auto source = make_memory_source(record);
    const Profile profile = builder_profile(Container::msgpack_stream);
    RecordReader reader(*source, profile, "dump", {});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    REQUIRE(block.size() == 1);
    REQUIRE_FALSE(block.is_bad(0));
    return block;
}

std::string record(const std::string& facen, const std::string& model) {
    return mp_map({{"id", mp_uint(7)}, {"facen", facen}, {"facen_model", model}});
}

RecordElements elements_of(const RecordBlock& block) {
    DumpFile file;
    file.profile = builder_profile(Container::msgpack_stream);
    return ElementMaker(file).of({&block, 0});
}

}  // namespace

TEST_CASE("facen texts are the same when they spell the same bytes") {
    CHECK(is_same_facen_text("", ""));
    CHECK(is_same_facen_text("ab/+", "ab/+"));
    CHECK(is_same_facen_text("ab\\/+", "ab/+"));
    CHECK(is_same_facen_text("ab/+", "ab\\/+"));
    CHECK(is_same_facen_text("\\u0061b/+", "ab\\/+"));
    CHECK(is_same_facen_text("/", "\\/"));
    CHECK_FALSE(is_same_facen_text("ab/+", "ab/-"));
    CHECK_FALSE(is_same_facen_text("ab/+", "ab/"));
    CHECK_FALSE(is_same_facen_text("ab/", "ab/+"));
    CHECK_FALSE(is_same_facen_text("\\u0062b/+", "ab/+"));
    CHECK_FALSE(is_same_facen_text("", "a"));
    CHECK_FALSE(is_same_facen_text("ab\\", "ab"));
}

TEST_CASE("facens of msgpack are the same when they hold the same bytes, however wide the size") {
    const std::string model = mp_str("old");
    const RecordBlock narrow = block_of(record(mp_bin("12345678", 1), model));
    const RecordBlock wide = block_of(record(mp_bin("12345678", 4), model));
    const RecordBlock other = block_of(record(mp_bin("12345679", 1), model));
    CHECK(is_same_facen({&narrow, 0}, {&wide, 0}));
    CHECK_FALSE(is_same_facen({&narrow, 0}, {&other, 0}));
}

TEST_CASE("models of msgpack are the same when they say the same, however wide the size") {
    const std::string facen = mp_bin("12345678");
    const RecordElements narrow = elements_of(block_of(record(facen, mp_str("old"))));
    const RecordElements wide = elements_of(block_of(record(facen, mp_str("old", 4))));
    const RecordElements other = elements_of(block_of(record(facen, mp_str("odd"))));
    CHECK(narrow.models == wide.models);
    CHECK_FALSE(narrow.models == other.models);
}

}  // namespace ffdump

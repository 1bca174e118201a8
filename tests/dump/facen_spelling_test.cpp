// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/io/byte_source.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ffdump;

namespace {

Profile profile_with(std::string_view encoding) {
    return parse_profile(
               "name: own\nversion: 1\ncontainer: json_lines\nrecord: {id: id, facen: "
               "v, facen_model: m}\nfacen_encoding: " +
                   std::string(encoding) + "\n",
               "own.yaml")
        .value();
}

/// One record with its facen replaced, or the reason why it is bad.
std::string spliced(const std::string& record, std::string_view encoding, const Facen& facen) {
    const Profile profile = profile_with(encoding);
    const auto source = make_memory_source(record);
    RecordReader reader(*source, profile, "dump", {});
    RecordBlock block;
    REQUIRE(reader.next(block).value());
    REQUIRE(block.size() == 1);
    if (block.is_bad(0)) {
        return block.error_of(0).detail();
    }
    std::string out;
    FileSplicer splicer(profile, {});
    splicer.changed(out, block, 0, facen, "new");
    return out;
}

}  // namespace

TEST_CASE("a facen of numbers is replaced from bracket to bracket and nothing else is") {
    const Facen facen = {0.6F, -0.8F};
    CHECK(spliced(R"({ "v" : [ 1 , 2, 3 ] , "x":[1,[2]],"id":1,"m":"old"})", "numbers", facen) ==
          R"({ "v" : [0.6, -0.8] , "x":[1,[2]],"id":1,"m":"new"})");
    CHECK(spliced(R"({"id":1,"v":[ ]})", "numbers", facen) == R"({"id":1,"v":[0.6,-0.8]})");
    CHECK(spliced(R"({"id":1,"m":"]","v":[1]})", "numbers", facen) ==
          R"({"id":1,"m":"new","v":[0.6,-0.8]})");
}

TEST_CASE("a facen of another spelling than the profile's is a bad record") {
    const Facen facen = {1.0F};
    CHECK(spliced(R"({"id":1,"v":"AACAPw=="})", "numbers", facen) == "field v is no array");
    CHECK(spliced(R"({"id":1,"v":[1]})", "base64-float32le", facen) == "field v is no string");
    for (const char* element : {R"("]")", "[1]", "{}", "null", "true"}) {
        CHECK(spliced(std::string(R"({"id":1,"v":[1,)") + element + "]}", "numbers", facen) ==
              "field v holds something else than numbers");
    }
}

TEST_CASE("a facen of URL-safe base64 is replaced in its alphabet") {
    const Facen facen = {-1.0F};
    CHECK(spliced(R"({"id":1,"v":"AACAPw"})", "base64url-unpadded-float32le", facen) ==
          R"({"id":1,"v":"AACAvw"})");
    CHECK(spliced(R"({"id":1,"v":"ADw="})", "base64-float16le", facen) == R"({"id":1,"v":"ALw="})");
}

// SPDX-License-Identifier: Apache-2.0
#include "conversion_bench.hpp"
#include "support/exhaustive_step.hpp"
#include "support/made_msgpack.hpp"

#include "ffdump/record/facen_encoding.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

using Files = std::map<std::string, std::string>;

/// These records and, beside them, enough plain ones for several blocks and frames.
std::string many_lines(std::string lines) {
    for (int id = 1; id <= 6'000; ++id) {
        lines += R"({"id":)" + std::to_string(id) +
                 R"(,"facen":"AACAPwAAAAA=","facen_model":"old_2","meta":{"normalized_id":"1_)" +
                 std::to_string(id) + R"(.png","pad":"----------------------------------"}})" +
                 "\n";
    }
    return lines;
}

Profile own_profile(const std::string& encoding, Notation notation) {
    return parse_profile(
               "name: own\nversion: 1\ncontainer: " +
                   std::string(notation == Notation::json ? "json_lines" : "msgpack_stream") +
                   "\nrecord: {id: id, facen: facen}\nfacen_encoding: " + encoding + "\n",
               "own")
        .value();
}

std::vector<Profile> json_profiles() {
    std::vector<Profile> profiles = shipped_profiles();
    std::erase_if(profiles, [](const Profile& profile) {
        return notation_of(profile.container) != Notation::json;
    });
    return profiles;
}

/// Layouts with every spelling of facens, in JSON and in msgpack.
std::vector<Profile> spellings() {
    std::vector<Profile> profiles;
    for (const std::string_view word : FacenEncoding::words()) {
        profiles.push_back(own_profile(std::string(word), Notation::msgpack));
        if (!FacenEncoding::of(word)->is_binary()) {
            profiles.push_back(own_profile(std::string(word), Notation::json));
        }
    }
    return profiles;
}

/// The record {id: 7, facen} of a layout of spellings().
std::string record_with(const Facen& facen, const Profile& profile) {
    std::string text;
    append_facen(text, facen, profile.facen_encoding, SlashStyle::plain, "");
    if (profile.facen_encoding.carrier == FacenEncoding::Carrier::msgpack) {
        return mp_map({{"id", mp_uint(7, 0)}, {"facen", text}});
    }
    const std::string quote = text.starts_with('[') ? "" : "\"";
    return R"({"id":7,"facen":)" + quote + text + quote + "}\n";
}

/// Converts `lines` to each of the layouts, and from it to each and back.
void go_everywhere(const std::vector<Profile>& layouts, const std::string& lines) {
    const ConversionBench bench;
    bench.put("lines", {{"faces.json", lines}, {"empty.json", ""}});
    constexpr std::array kPackings = {"none", "zstd:1", "gzip:1"};
    std::size_t n = 0;
    for (const Profile& a : layouts) {
        const std::string first = "a-" + a.name;
        const Files wanted = bench.converted(bench.options("lines", first, a));
        REQUIRE(wanted.size() == 2);
        for (const Profile& b : layouts) {
            // 5 divides the number of layouts of neither caller, so that every row meets other
            // columns.
            if (n++ % exhaustive_step(5) != 0) {
                continue;
            }
            CAPTURE(a.name, b.name);
            const std::string there = a.name + "-" + b.name;
            ConvertOptions forth = bench.options(first, there, b);
            forth.sources = {a};
            forth.compress = Compression::parse(kPackings.at(n % kPackings.size()));
            const Files between = bench.converted(forth);
            CHECK(between.size() == 2);
            ConvertOptions back = bench.options(there, there + "-back", a);
            back.sources = {b};
            back.compress = Compression{};
            CHECK((bench.converted(back) == wanted));
        }
    }
    CHECK((ConversionBench::files_in(bench.folder().at("a-json-lines")) ==
           Files{{"faces.json", lines}, {"empty.json", ""}}));
}

TEST_CASE("every shipped layout goes to every other and back, and gives the same bytes") {
    go_everywhere(shipped_profiles(), many_lines(even_lines()));
}

TEST_CASE("layouts of JSON go to each other and back with every odd spelling") {
    go_everywhere(json_profiles(), many_lines(odd_lines()));
}

TEST_CASE("what was converted is recognised as its layout, and packed as it was asked for") {
    const ConversionBench bench;
    bench.put("lines", {{"faces.json", even_lines()}});
    for (const Profile& layout : shipped_profiles()) {
        for (const char* const how : {"none", "zstd:19", "gzip:9"}) {
            CAPTURE(layout.name, how);
            ConvertOptions options = bench.options("lines", layout.name + how, layout);
            options.compress = Compression::parse(how);
            const Files made = bench.converted(options);
            REQUIRE(made.size() == 1);
            CHECK(made.begin()->first == packed_name("faces.json", options.compress->kind));
            CHECK(compression_of(made.begin()->second) == options.compress->kind);
            // Without a profile for the source: by what is seen.
            ConvertOptions back = bench.options(layout.name + how, layout.name + how + "-back",
                                                shipped("json-lines"));
            back.compress = Compression{};
            CHECK((bench.converted(back) == Files{{"faces.json", even_lines()}}));
        }
    }
}

TEST_CASE("progress is in bytes of the files, packed or not, and ends at all of them") {
    const ConversionBench bench;
    bench.put("lines", {{"a.json", many_lines("")}, {"b.json", many_lines("")}});
    for (const char* const how : {"none", "zstd:1", "gzip:1"}) {
        CAPTURE(how);
        const std::string from = std::string("packed-") + how;
        ConvertOptions options = bench.options("lines", from, shipped("json-array"));
        options.compress = Compression::parse(how);
        std::uint64_t size = 0;
        for (const auto& [name, bytes] : bench.converted(options)) {
            size += bytes.size();
        }
        std::uint64_t before = 0;
        std::size_t steps = 0;
        const auto done =
            convert_dump(bench.files(), bench.options(from, from + "-back", shipped("json-lines")),
                         [&](std::uint64_t read, std::uint64_t total) {
                             CHECK(total == size);
                             CHECK(read >= before);
                             CHECK(read <= total);
                             before = read;
                             return ++steps != 0;
                         });
        REQUIRE(done);
        CHECK(steps >= 2);
        CHECK(before == size);
    }
}

TEST_CASE("facens go between all spellings and back, bit for bit") {
    const ConversionBench bench;
    // All of them are float16 as well: both zeros, the least and the largest, a subnormal.
    const Facen facen{1.0F, -0.0F, 0.0F, 0.5F, -65504.0F, 5.9604645e-08F, 0.33325195F, -1.9990234F};
    std::size_t n = 0;
    for (const Profile& a : spellings()) {
        const std::string record = record_with(facen, a);
        for (const Profile& b : spellings()) {
            const std::string from = "from-" + std::to_string(++n);
            CAPTURE(a.facen_encoding.form, b.facen_encoding.form, n);
            bench.put(from, {{"f.json", record}});
            ConvertOptions forth = bench.options(from, from + "-there", b);
            forth.sources = {a};
            CHECK((bench.converted(forth) == Files{{"f.json", record_with(facen, b)}}));
        }
    }
}

TEST_CASE("records are moved to other places and back") {
    const ConversionBench bench;
    const std::string ours =
        R"({"id":18446744073709551615,"facen":"AACAPwAAAAA=","meta":{"normalized_id":"1_a.png",)"
        R"("x":1.0e+02},"more":[1]})"
        "\n"
        R"({"id": 2, "facen": "AAAAAAAAgD8=", "meta": {"normalized_id": "", "y": {}}})"
        "\n";
    bench.put("ours", {{"faces.json", ours}});
    const Profile nested = parse_profile(
                               "name: nested\nversion: 1\ncontainer: json_object\nrecords: a.b\n"
                               "header: {gallery: a.name}\ntrailer: {count: a.n}\n"
                               "record: {id: face.uid, facen: face.vector, meta: face.info, "
                               "normalized_id: face.info.norm}\nfacen_encoding: numbers\n",
                               "nested")
                               .value();
    const Files made = bench.converted(bench.options("ours", "nested", nested));
    CHECK(made.at("faces.json") ==
          R"({"a":{"name":"faces","b":[)"
          "\n"
          R"({"face":{"uid":18446744073709551615,"vector":[1,0],"info":{"norm":"1_a.png",)"
          R"("x":1.0e+02}},"more":[1]},)"
          "\n"
          R"({"face": {"uid": 2,"vector": [0,1],"info": {"norm": "", "y": {}}}})"
          "\n"
          R"(],"n":2}})"
          "\n");
    ConvertOptions back = bench.options("nested", "back", shipped("json-lines"));
    back.sources = {nested};
    const std::string first = ours.substr(0, ours.find('\n'));
    CHECK(bench.converted(back).at("faces.json").substr(0, first.size()) == first);
}

TEST_CASE("a count in front of the records stays there, and is added where no trailer has one") {
    ConversionBench bench;
    const std::string records = R"({"id":1,"facen":"AACAPwAAAAA="})"
                                "\n"
                                R"({"id":2,"facen":"AACAPwAAAAA="})"
                                "\n";
    const std::string header = R"({"count":2 ,"gallery":"faces","facen_size":2})"
                               "\n";
    bench.put("header", {{"faces.json", header + records}});
    const Files made = bench.converted(bench.options("header", "object", shipped("json-object")));
    CHECK(made.at("faces.json").starts_with(R"({"count":2 ,"gallery":"faces")"));
    CHECK((bench.converted(bench.options("object", "back", shipped("json-lines-header"))) ==
           Files{{"faces.json", header + records}}));
    const Profile own = parse_profile(
                            "name: own\nversion: 1\ncontainer: json_stream\n"
                            "header: {count: n}\nrecord: {id: id, facen: facen}\n"
                            "facen_encoding: base64-float32le\n",
                            "own.yaml")
                            .value();
    bench.put("lines", {{"faces.json", records}});
    CHECK(bench.converted(bench.options("lines", "own", own))
              .at("faces.json")
              .starts_with(R"({"n":2}{"id":1,)"));
    CHECK(bench
              .problem(R"({"count":3,"gallery":"faces"})"
                       "\n" +
                           records,
                       shipped("json-lines"))
              .find("the header states 3 records, 2 are there") != std::string::npos);
}

TEST_CASE("what a header and a trailer hold beside stays, and its odd spelling") {
    const ConversionBench bench;
    const std::string record = R"({"id":1,"facen":"AACAPwAAAAA="})";
    const std::string header =
        R"({ "gallery" : "g\u0061l", "schema":{"x":1.0e0},"facen_model":"old\u005f2","facen_size":2})";
    const std::string lines = header + "\n" + record + "\n" + R"({"end":true,"count":1})" + "\n";
    bench.put("header", {{"faces.json", lines}});
    const Files made = bench.converted(bench.options("header", "object", shipped("json-object")));
    CHECK(made.at("faces.json") == header.substr(0, header.size() - 1) + ",\"faces\":[\n" + record +
                                       "\n],\"end\":true,\"count\":1}\n");
    CHECK((bench.converted(bench.options("object", "back", shipped("json-lines-header"))) ==
           Files{{"faces.json", lines}}));
}

}  // namespace
}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/survey.hpp"

#include "support/made_msgpack.hpp"
#include "support/record_builder.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/compression.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace ffdump {
namespace {

/// What a survey of these lines says, temporary files included.
FileSurvey surveyed(const std::string& text, Container container = Container::json_lines) {
    const auto files = make_posix_file_system();
    DumpFile file;
    file.profile = builder_profile(container);
    file.profile.gallery = {"gallery"};
    const auto source = make_memory_source(text);
    SurveyOptions options;
    options.decode_facens = true;
    options.read_meta = true;
    options.temporary_folder = "/tmp";
    return survey_bytes(*files, file, *source, options, {}).value();
}

/// A record with a facen of one float.
std::string line(std::uint64_t id, float length, const std::string& meta = "") {
    std::string facen;
    append_facen(facen, Facen{length}, SlashStyle::plain);
    return RecordBuilder(id).facen(facen).meta(meta).text() + "\n";
}

TEST_CASE("survey of a packed file counts its progress in bytes of the file") {
    std::string text;
    for (std::uint64_t id = 1; id <= 40'000; ++id) {
        text += line(id, 1.0F, "{}");
    }
    for (const char* const how : {"none", "zstd:1", "gzip:1"}) {
        CAPTURE(how);
        std::string bytes;
        const auto packer = make_byte_packer(Compression::parse(how).value());
        REQUIRE(packer->add(bytes, text));
        REQUIRE(packer->end_frame(bytes));
        const ScratchFolder folder;
        DumpFile file;
        file.path = folder.write("faces.json", bytes);
        file.profile = builder_profile(Container::json_lines);
        std::uint64_t before = 0;
        std::size_t steps = 0;
        const auto files = make_posix_file_system();
        const auto survey = survey_file(*files, file, {}, [&](std::uint64_t read) {
            CHECK(read >= before);
            CHECK(read <= bytes.size());
            before = read;
            return ++steps != 0;
        });
        REQUIRE(survey);
        CHECK(survey->records == 40'000);
        CHECK(steps >= 2);
        CHECK(before == bytes.size());
    }
}

TEST_CASE("survey gives least, median and greatest norm, also of facens that are not of length 1") {
    const FileSurvey survey = surveyed(line(1, 1.0F) + line(2, -1.0000001F) + line(3, 0.9999999F) +
                                       line(4, 7.0F) + line(5, 0.5F));
    CHECK(survey.norms == 5);
    CHECK(survey.norm_min == 0.5);
    CHECK(survey.norm_median == 1.0);
    CHECK(survey.norm_max == 7.0);
    CHECK(survey.invalid_facens == 2);
    CHECK(surveyed("").norm_median == 0);
    CHECK(surveyed(RecordBuilder(1).facen("????").text()).norms == 0);
}

TEST_CASE("the median of many norms is found among far ones to one in a hundred") {
    std::string text;
    for (int id = 1; id <= 999; ++id) {
        text += line(static_cast<std::uint64_t>(id), 0.01F * static_cast<float>(id));
    }
    CHECK(surveyed(text).norm_median == Approx(5.0).epsilon(0.01));
}

TEST_CASE("survey counts facens that occur more than once, whatever their spelling") {
    std::string text;
    for (std::uint64_t id = 1; id <= 9; ++id) {
        text += line(id, id < 4 ? 1.0F : static_cast<float>(id));
    }
    text += RecordBuilder(10).facen("\\/\\/9\\/Pw==").text() + "\n";
    text += RecordBuilder(11).facen("//9/Pw==").text() + "\n";
    CHECK(surveyed(text).equal_facens == 2);
    CHECK(surveyed(line(1, 1.0F) + line(2, 2.0F)).equal_facens == 0);
}

TEST_CASE("survey tells the fields of meta with their kinds and how often they are there") {
    const FileSurvey survey = surveyed(line(1, 1, R"("a":1,"b":"x","c":{"d":1},"e":[])") +
                                       line(2, 1, R"("a":"1","b":null,"t":true)") + line(3, 1) +
                                       R"({"id":4,"facen":"AACAPw=="})"
                                       "\n" +
                                       R"({"id":5,"facen":"AACAPw==","meta":[]})");
    CHECK(survey.with_meta == 4);
    CHECK(survey.meta_fields.size() == 5);
    const MetaField& a = survey.meta_fields.at("a");
    CHECK(a.records == 2);
    CHECK(a.kinds.at(static_cast<std::size_t>(ValueKind::number)) == 1);
    CHECK(a.kinds.at(static_cast<std::size_t>(ValueKind::text)) == 1);
    CHECK(survey.meta_fields.at("c").kinds.at(static_cast<std::size_t>(ValueKind::object)) == 1);
    CHECK(survey.meta_fields.at("t").records == 1);
    CHECK_FALSE(survey.has_more_meta_fields);
}

TEST_CASE("norms that no float can hold are counted as the largest") {
    std::string facen;
    constexpr float kMost = std::numeric_limits<float>::max();
    append_facen(facen, Facen{kMost, kMost}, SlashStyle::plain);
    const FileSurvey survey = surveyed(RecordBuilder(1).facen(facen).text() + "\n");
    CHECK(survey.norms == 1);
    CHECK(survey.norm_median == static_cast<double>(kMost));
    CHECK(survey.norm_max > static_cast<double>(kMost));
}

TEST_CASE("survey tells the fields of meta in msgpack with their kinds") {
    const auto record = [](const std::string& meta) {
        return mp_map(
            {{"id", mp_uint(1)}, {"facen", mp_facen(Facen{1}, "bin-float32le")}, {"meta", meta}});
    };
    const FileSurvey survey =
        surveyed(record(mp_map({{"a", mp_uint(1)}, {"t", mp_ext(1, "1234")}, {"n", kMpNil}})) +
                     record(mp_map({{"a", mp_str("1")}, {"b", mp_bin("1")}, {"f", "\xC3"}})) +
                     record(mp_array({})) +
                     record(mp_map({{"a", mp_array({mp_uint(1)})}, {"m", mp_map({})}})),
                 Container::msgpack_stream);
    CHECK(survey.bad == 0);
    CHECK(survey.with_meta == 4);
    CHECK_FALSE(survey.has_more_meta_fields);
    const auto count = [&survey](const char* field, ValueKind kind) {
        return survey.meta_fields.at(field).kinds.at(static_cast<std::size_t>(kind));
    };
    CHECK(survey.meta_fields.size() == 6);
    CHECK(survey.meta_fields.at("a").records == 3);
    CHECK(count("a", ValueKind::number) == 1);
    CHECK(count("a", ValueKind::text) == 1);
    CHECK(count("a", ValueKind::array) == 1);
    CHECK(count("t", ValueKind::ext) == 1);
    CHECK(count("n", ValueKind::null) == 1);
    CHECK(count("b", ValueKind::bin) == 1);
    CHECK(count("f", ValueKind::boolean) == 1);
    CHECK(count("m", ValueKind::object) == 1);
    const FileSurvey odd =
        surveyed(record(mp_map({{std::string(256, 'x'), kMpNil}})), Container::msgpack_stream);
    CHECK(odd.meta_fields.empty());
    CHECK(odd.has_more_meta_fields);
}

TEST_CASE("survey keeps no more fields and galleries than it says") {
    std::string text;
    for (std::uint64_t id = 1; id <= 2 * kMostGalleries; ++id) {
        const std::string number = std::to_string(id);
        std::string record = line(id, 1, "\"f" + number + "\":1");
        text += R"({"gallery":"g)" + number + "\"," + record.substr(1);
    }
    const FileSurvey survey = surveyed(text);
    CHECK(survey.meta_fields.size() == kMostMetaFields);
    CHECK(survey.has_more_meta_fields);
    CHECK(survey.galleries.size() == kMostGalleries);
    CHECK(survey.has_more_galleries);
}

TEST_CASE("survey counts the galleries that records name") {
    const std::string a = R"({"gallery":"a",)" + line(1, 1).substr(1);
    const std::string b = R"({"gallery":"\u0062",)" + line(2, 1).substr(1);
    const FileSurvey survey = surveyed(a + b + b + line(3, 1) + a);
    CHECK((survey.galleries ==
           std::map<std::string, std::uint64_t, std::less<>>{{"a", 2}, {"b", 2}}));
}

}  // namespace
}  // namespace ffdump

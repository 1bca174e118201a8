// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_splicer.hpp"

#include "support/dump_reading.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr Container kLines = Container::json_lines;
constexpr Container kArray = Container::json_array;

const Facen new_facen{1.0F};                         // "AACAPw=="
const Facen slash_facen{-1.69474E38F, 1.0F, -0.0F};  // bytes FF FE FE FE ...: has slashes

void keep(std::string& out, FileSplicer& splicer, const RecordBlock& block, std::size_t i) {
    splicer.kept(out, block, i);
}

std::string changed(const std::string& file, const Facen& facen,
                    const std::optional<std::string>& model, ReadingStyle style = {}) {
    return splice_dump(file, style,
                       [&](std::string& out, FileSplicer& splicer, const RecordBlock& block,
                           std::size_t i) { splicer.changed(out, block, i, facen, model); });
}

TEST_CASE("keeping every record gives the file back, whatever the sizes of blocks and reads") {
    const std::string odd =
        "\t{ \"meta\" : "
        "{\"big\":18446744073709551616,\"f\":1.0e+02,\"e\":{},\"l\":[],\"s\":\"\\u0000\\/"
        "\\ud83d\\ude00\\ud800\xFF\"} ,\"facen\":\"\\/w==\", \"x\" : "
        "null,\"id\":18446744073709551615 }  ";
    const std::string plain = RecordBuilder(0).model("m").normalized("a").text();
    const std::vector<std::string> lines{
        "",
        "\xEF\xBB\xBF",
        plain,
        plain + "\n" + odd,
        plain + "\r\n" + odd + "\r\n\r\n",
        "\xEF\xBB\xBF\n \n" + odd + "\n\n\n" + plain + "\n \t\r\n",
    };
    const std::vector<std::string> arrays{
        "",
        "[]",
        " [\r\n] \n",
        "[" + plain + "]",
        "\xEF\xBB\xBF[\n" + odd + "\n,\r\n\t" + plain + "," + odd + "\n]\n\n",
        "[ " + plain + " ]",
    };
    for (const Container container : {kLines, kArray}) {
        for (const std::string& file : container == kLines ? lines : arrays) {
            for (std::size_t block = 1; block < file.size() + 2; ++block) {
                for (const std::size_t read : {1U, 2U, 3U, 7U, 1000U}) {
                    const ReadingStyle style{
                        .container = container, .block_bytes = block, .read_bytes = read};
                    REQUIRE(splice_dump(file, style, keep) == file);
                }
            }
        }
    }
}

TEST_CASE("a meta of 1 MiB comes through byte for byte") {
    std::string meta = R"("m":")";
    while (meta.size() < (1U << 20U)) {
        meta += "\\u0000\\/ \xD0\xB6\xFF,}{][";
    }
    const std::string file =
        dump_of({RecordBuilder(1).meta(meta + "\"").text(), RecordBuilder(2).text()}, kLines);
    for (const std::size_t block : {1U << 10U, 100U << 10U, 256U << 10U, 4U << 20U}) {
        CHECK((splice_dump(file, {.block_bytes = block}, keep) == file));
    }
}

TEST_CASE("a changed record has the new facen and model and nothing else new") {
    for (const Container container : {kLines, kArray}) {
        const auto file = [&](const std::string& facen, const std::string& model) {
            return dump_of(
                {fmt::format(R"( {{"facen" : "{}","id":1, "facen_model":"{}"}})", facen, model),
                 fmt::format(
                     R"({{"facen_model": "{}","meta":{{"facen":"AA=="}},"facen":"{}" ,"id":2}})",
                     model, facen)},
                container);
        };
        for (const std::size_t block : {1U, 60U, 1000U}) {
            const ReadingStyle style{.container = container, .block_bytes = block};
            CHECK(changed(file("AA==", "old"), new_facen, "n\"\\\n\x01", style) ==
                  file("AACAPw==", R"(n\"\\\n\u0001)"));
            CHECK(changed(file("AA==", "old"), new_facen, std::nullopt, style) ==
                  file("AACAPw==", "old"));
            CHECK(changed(file("", ""), new_facen, "m", style) == file("AACAPw==", "m"));
        }
    }
}

TEST_CASE("a new facen spells its slashes as the old one does, or as those before it") {
    std::string plain;
    std::string escaped;
    append_facen(plain, slash_facen, SlashStyle::plain);
    append_facen(escaped, slash_facen, SlashStyle::escaped);
    REQUIRE(plain != escaped);
    const auto record = [](const std::string& facen) {
        return RecordBuilder(1).facen(facen).text();
    };
    const std::string file = dump_of(
        {record("AA=="), record("\\/w=="), record("AA=="), record("/w=="), record("AA==")}, kLines);
    CHECK(changed(file, slash_facen, std::nullopt, {.block_bytes = 1}) ==
          dump_of({record(plain), record(escaped), record(escaped), record(plain), record(plain)},
                  kLines));
}

TEST_CASE("any subset of an array's records is a well-formed array") {
    const std::vector<std::string> records{RecordBuilder(0).text(), RecordBuilder(1).text(),
                                           RecordBuilder(2).text(), RecordBuilder(3).text()};
    const std::string tight =
        "[" + records[0] + " ,\t" + records[1] + "\n, " + records[2] + "," + records[3] + "]";
    for (const std::string& file : {dump_of(records, kArray), tight}) {
        for (unsigned chosen = 0; chosen < 16; ++chosen) {
            for (const std::size_t block : {1U, 80U, 1000U}) {
                const std::string out =
                    splice_dump(file, {.container = kArray, .block_bytes = block},
                                [&](std::string& text, FileSplicer& splicer,
                                    const RecordBlock& from, std::size_t i) {
                                    if ((chosen >> from.spans[i].id.value & 1U) != 0) {
                                        splicer.kept(text, from, i);
                                    } else {
                                        splicer.left_out(from, i);
                                    }
                                });
                const nlohmann::json array = nlohmann::json::parse(out);
                REQUIRE(array.is_array());
                std::size_t next = 0;
                for (std::uint64_t id = 0; id < 4; ++id) {
                    if ((chosen >> id & 1U) != 0) {
                        CHECK(array.at(next++).at("id") == id);
                    }
                }
                CHECK(array.size() == next);
                if ((chosen & 1U) == 0 && next > 0) {
                    const std::size_t first = file.find('{') - file.find('[');
                    CHECK(out.find('{') - out.find('[') == first);
                }
            }
        }
    }
}

TEST_CASE("leaving lines out leaves the others byte for byte") {
    const std::vector<std::string> lines{RecordBuilder(0).text() + "\r\n",
                                         "\n  " + RecordBuilder(1).text() + " \n",
                                         RecordBuilder(2).text()};
    const std::string file = lines[0] + lines[1] + lines[2];
    for (unsigned chosen = 0; chosen < 8; ++chosen) {
        const std::string out = splice_dump(
            file, {.block_bytes = 1},
            [&](std::string& text, FileSplicer& splicer, const RecordBlock& from, std::size_t i) {
                if ((chosen >> from.spans[i].id.value & 1U) != 0) {
                    splicer.kept(text, from, i);
                } else {
                    splicer.left_out(from, i);
                }
            });
        std::string expected;
        for (const unsigned i : {0U, 1U, 2U}) {
            expected += (chosen >> i & 1U) != 0 ? lines[i] : "";
        }
        CHECK(out == expected);
    }
}

TEST_CASE("a damaged array without its bad records is well-formed") {
    const std::string a = RecordBuilder(1).text();
    const std::string b = RecordBuilder(2).text();
    // A and B stand for the two records.
    for (const std::string pattern :
         {"[A,B", "[A,B,", "[", R"([A,{"id":)", "[,A,B]", "[A,,B]", "[A,B,]", "[AB]", "[7,A]",
          "[A]]", "A,B]", R"([A,{"id":3,"facen":"x,"x":1},B])"}) {
        std::string file;
        for (const char c : pattern) {
            if (c == 'A' || c == 'B') {
                file += c == 'A' ? a : b;
            } else {
                file.push_back(c);
            }
        }
        for (const std::size_t block : {1U, 1000U}) {
            INFO(file);
            const std::string out = splice_dump(file, {.container = kArray, .block_bytes = block},
                                                [&](std::string& text, FileSplicer& splicer,
                                                    const RecordBlock& from, std::size_t i) {
                                                    if (from.is_bad(i)) {
                                                        splicer.left_out(from, i);
                                                    } else {
                                                        splicer.kept(text, from, i);
                                                    }
                                                });
            INFO(out);
            REQUIRE(nlohmann::json::accept(out));
            CHECK(nlohmann::json::parse(out).size() ==
                  read_dump(file, {.container = kArray}).good_ids().size());
        }
    }
}

TEST_CASE("a first lead over 4 KiB is copied with its record and replaced by a newline without") {
    const std::string space(5000, ' ');
    const std::string file =
        "[" + space + RecordBuilder(1).text() + "," + RecordBuilder(2).text() + "]";
    CHECK((splice_dump(file, {.container = kArray}, keep) == file));
    const std::string out = splice_dump(
        file, {.container = kArray},
        [](std::string& text, FileSplicer& splicer, const RecordBlock& block, std::size_t i) {
            if (i == 0) {
                splicer.left_out(block, i);
            } else {
                splicer.kept(text, block, i);
            }
        });
    CHECK(out == "[\n" + RecordBuilder(2).text() + "]");
}

TEST_CASE("rest pieces are the record without its facen and model") {
    for (const std::string text :
         {R"({"id":1,"facen":"AA==","x":2})", R"({"facen_model":"m","id":1,"facen":"AA=="})",
          R"({"facen":"AA==","facen_model":"m","id":1})"}) {
        DripSource source(text);
        const Profile profile = builder_profile(kLines);
        RecordReader reader(source, profile, "dump.json", {});
        RecordBlock block;
        REQUIRE(reader.next(block).value());
        const RestPieces rest(block, block.spans[0]);
        std::string joined;
        for (const std::string_view piece : rest.pieces()) {
            joined += (joined.empty() ? "" : "*") + std::string(piece);
        }
        std::string expected = text;
        for (const std::string value : {"AA==", "m\","}) {
            const std::size_t at = expected.find("\"" + value);
            if (at != std::string::npos) {
                expected.replace(at + 1, value == "AA==" ? 4 : 1, "*");
            }
        }
        CHECK(joined == expected);
    }
}

}  // namespace
}  // namespace ffdump

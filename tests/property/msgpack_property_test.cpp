// SPDX-License-Identifier: Apache-2.0
#include "support/dump_reading.hpp"
#include "support/made_msgpack.hpp"
#include "support/test_seed.hpp"

#include "ffdump/record/msgpack_token.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Odd but valid msgpack: every width, type and order.
class MsgpackGenerator {
 public:
    explicit MsgpackGenerator(std::uint64_t seed) : random_(seed) {}

    RecordGenerator& dice() { return random_; }

    std::size_t width(std::size_t least) {
        static constexpr std::array<std::size_t, 4> kWidths{0, 1, 2, 4};
        return kWidths.at(least + random_.below_or(3 - least));
    }
    std::string number() {
        static constexpr std::array<std::size_t, 4> kWidths{1, 2, 4, 8};
        const std::size_t width = kWidths.at(random_.below_or(3));
        switch (random_.below_or(3)) {
            case 0:
                return mp_uint(random_.below_or(127), 0);
            case 1:
                return mp_uint(random_.below_or(127), width);
            case 2:
                return mp_int(-1 - static_cast<std::int64_t>(random_.below_or(90)), width);
            default:
                return random_.one_in(2) ? mp_float32(0.3F) : mp_float64(1e300);
        }
    }
    std::string text(std::string_view of) {
        return random_.one_in(3) ? mp_bin(of, width(1)) : mp_str(of, width(0));
    }
    std::string value(std::size_t depth) {
        switch (random_.below_or(depth == 0 ? 4 : 6)) {
            case 0:
                return number();
            case 1:
                return text(std::string(random_.below_or(40), '\x84'));
            case 2:
                return mp_ext(static_cast<char>(random_.below_or(255)),
                              std::string(random_.below_or(20), '\xDF'));
            case 3:
                return kMpNil;
            case 4:
                return random_.one_in(2) ? "\xC2" : "\xC3";
            case 5: {
                std::vector<std::string> items;
                for (std::size_t i = random_.below_or(3); i > 0; --i) {
                    items.push_back(value(depth - 1));
                }
                return mp_array(items, 2 * random_.below_or(2));
            }
            default:
                // Names that mean something elsewhere mean nothing here; keys may be anything.
                return "\x82" + value(0) + value(depth - 1) + mp_str("id") + value(depth - 1);
        }
    }

    struct Made {
        std::string text;
        std::uint64_t id = 0;
        bool has_model = false;
    };
    Made record(std::string_view word) {
        Made made;
        made.id = random_.one_in(4) ? ~0ULL : random_.below_or(1'000'000);
        made.has_model = random_.one_in(2);
        std::vector<std::string> members{text("id") + mp_uint(made.id),
                                         text("facen") + facen(word)};
        if (made.has_model) {
            members.push_back(text("facen_model") + text("old model"));
        }
        if (!random_.one_in(4)) {
            members.push_back(text("meta") + (random_.one_in(5) ? value(0) : meta()));
        }
        for (std::size_t i = random_.below_or(3); i > 0; --i) {
            members.push_back(text("unknown" + std::to_string(i)) + value(3));
        }
        std::rotate(
            members.begin(),
            members.begin() + static_cast<std::ptrdiff_t>(random_.below_or(members.size() - 1)),
            members.end());
        made.text = map(members);
        return made;
    }

 private:
    std::string facen(std::string_view word) {
        std::string token = mp_facen(random_.facen(random_.below_or(30)), word);
        if (word.starts_with("bin") && random_.one_in(3)) {
            token = mp_bin(msgpack_bytes(token).value(), 4);
        }
        return token;
    }
    std::string meta() {
        std::vector<std::string> members{text("normalized_id") +
                                         (random_.one_in(6) ? kMpNil : text("a/1.png"))};
        for (std::size_t i = random_.below_or(3); i > 0; --i) {
            members.push_back(text("m" + std::to_string(i)) + value(2));
        }
        return map(members);
    }
    std::string map(const std::vector<std::string>& members) {
        const std::string head = mp_map(MpPairs(0), 2 * random_.below_or(2));
        std::string text = head.size() == 1
                               ? std::string(1, static_cast<char>(0x80U | members.size()))
                               : head.substr(0, 1) + mp_bytes(members.size(), head.size() - 1);
        for (const std::string& member : members) {
            text += member;
        }
        return text;
    }

    RecordGenerator random_;
};

struct GeneratedDump {
    std::string text;
    std::vector<MsgpackGenerator::Made> records;
    ReadingStyle style;
};

GeneratedDump generate(MsgpackGenerator& generator) {
    static constexpr std::array<std::string_view, 5> kWords{
        "bin-float32le", "str-float32le", "bin-float16le", "base64-float32le", "numbers"};
    const std::string_view word = kWords.at(generator.dice().below_or(kWords.size() - 1));
    GeneratedDump dump;
    dump.style.container =
        generator.dice().one_in(2) ? Container::msgpack_stream : Container::msgpack_array;
    dump.style.profile = builder_profile(dump.style.container);
    dump.style.profile->facen_encoding = FacenEncoding::of(word).value();
    dump.style.profile->facen_encoding.carrier = FacenEncoding::Carrier::msgpack;
    std::vector<std::string> texts;
    for (std::size_t i = generator.dice().below_or(6); i > 0; --i) {
        dump.records.push_back(generator.record(word));
        texts.push_back(dump.records.back().text);
    }
    dump.text = mp_array(texts, 2 * generator.dice().below_or(2));
    if (dump.style.container == Container::msgpack_stream) {
        dump.text.erase(
            0, dump.text.size() - [&] {
                std::size_t size = 0;
                for (const std::string& text : texts) {
                    size += text.size();
                }
                return size;
            }());
    }
    return dump;
}

TEST_CASE("old and new msgpack dump are the same byte for byte but for facen and model") {
    const std::uint64_t first = test_seed();
    WARN("FFDUMP_SEED=" << first);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        INFO("seed " << first + i);
        MsgpackGenerator generator(first + i);
        GeneratedDump dump = generate(generator);
        dump.style.block_bytes = 1 + generator.dice().below_or(600);
        dump.style.read_bytes = 1 + generator.dice().below_or(300);
        const DumpReading before = read_dump(dump.text, dump.style);
        REQUIRE(before.joined == dump.text);
        REQUIRE(before.bad() == 0);
        REQUIRE(before.records.size() == dump.records.size());
        std::vector<Facen> facens;
        const std::string spliced = splice_dump(
            dump.text, dump.style,
            [&](std::string& out, FileSplicer& splicer, const RecordBlock& block, std::size_t k) {
                facens.push_back(generator.dice().facen(generator.dice().below_or(300)));
                splicer.changed(out, block, k, facens.back(), "a newer model");
            });
        REQUIRE(masked(spliced, dump.style) == masked(dump.text, dump.style));
        const DumpReading after = read_dump(spliced, dump.style);
        REQUIRE(after.records.size() == dump.records.size());
        const FacenEncoding& encoding = dump.style.profile->facen_encoding;
        for (std::size_t k = 0; k < dump.records.size(); ++k) {
            CHECK(after.records[k].id == dump.records[k].id);
            CHECK(decode_facen(after.records[k].facen, encoding).value() ==
                  as_written(facens[k], encoding));
            REQUIRE(after.records[k].model.has_value() == dump.records[k].has_model);
            CHECK(
                text_of(Notation::msgpack, after.records[k].model.value_or(mp_str("a newer model")))
                    .value() == "a newer model");
        }
    }
}

TEST_CASE("any damage to generated msgpack dumps keeps every byte in its place") {
    const std::uint64_t first = test_seed();
    WARN("FFDUMP_SEED=" << first);
    for (std::uint64_t i = 0; i < 3000; ++i) {
        INFO("seed " << first + i);
        MsgpackGenerator generator(first + i);
        RecordGenerator& dice = generator.dice();
        GeneratedDump dump = generate(generator);
        for (std::size_t hits = 1 + dice.below_or(3); hits > 0 && !dump.text.empty(); --hits) {
            const std::size_t at = dice.below_or(dump.text.size() - 1);
            switch (dice.below_or(2)) {
                case 0:
                    dump.text[at] = static_cast<char>(dice.below_or(255));
                    break;
                case 1:
                    dump.text.erase(at, 1 + dice.below_or(20));
                    break;
                default:
                    dump.text.insert(at, dump.text.substr(dice.below_or(at), 20));
            }
        }
        ReadingStyle style = dump.style;
        style.record_bytes = dice.one_in(3) ? 200 : 1U << 20U;
        const DumpReading coarse = read_dump(dump.text, style);
        style.block_bytes = 1 + dice.below_or(300);
        style.read_bytes = 1 + dice.below_or(50);
        const DumpReading fine = read_dump(dump.text, style);
        REQUIRE(dump.text.starts_with(coarse.joined));
        REQUIRE((coarse.failure || coarse.joined == dump.text));
        REQUIRE(fine.joined == coarse.joined);
        REQUIRE(fine.good_ids() == coarse.good_ids());
        REQUIRE(fine.records.size() == coarse.records.size());
        REQUIRE(fine.failure.has_value() == coarse.failure.has_value());
        REQUIRE((!coarse.failure || fine.failure->place() == coarse.failure->place()));
    }
}

}  // namespace
}  // namespace ffdump

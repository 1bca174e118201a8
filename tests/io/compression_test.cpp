// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/compression.hpp"

#include "support/drip_source.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>

using namespace ffdump;
using Catch::Matchers::Contains;
using Kind = Compression::Kind;

namespace {

/// Text that packs as a dump does, not well.
std::string text_of(std::size_t size) {
    std::mt19937 random(7);
    std::string text(size, '\0');
    std::ranges::generate(text, [&random] { return static_cast<char>('a' + (random() % 16)); });
    return text;
}

std::string packed(const Compression& how, const std::string& text, std::size_t piece,
                   std::size_t frame = SIZE_MAX) {
    const auto packer = make_byte_packer(how);
    std::string out;
    std::size_t in_frame = 0;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        REQUIRE(packer->add(out, std::string_view(text).substr(at, piece)));
        in_frame += piece;
        if (in_frame >= frame) {
            REQUIRE(packer->end_frame(out));
            in_frame = 0;
        }
    }
    REQUIRE(packer->end_frame(out));
    return out;
}

/// Everything, or the error as one line.
std::string unpacked(const std::string& bytes, Kind kind, std::size_t in = SIZE_MAX,
                     std::size_t out = 100'000) {
    DripSource packed(bytes, in);
    const auto source = make_unpacking_source(packed, kind, "f");
    std::string text;
    std::string piece(out, '\0');
    for (;;) {
        const Result<std::size_t> got = source->read(piece);
        if (!got) {
            CHECK(got.error().reason() == Reason::source_unreadable);
            return got.error().one_line();
        }
        if (*got == 0) {
            return text;
        }
        text.append(piece, 0, *got);
    }
}

const Compression zstd = Compression::of(Kind::zstd);
const Compression gzip = Compression::of(Kind::gzip);

}  // namespace

TEST_CASE("a compression is written as a word and a level") {
    CHECK(Compression::parse("none") == Compression{});
    CHECK(Compression::parse("zstd") == Compression{Kind::zstd, 3});
    CHECK(Compression::parse("zstd:19")->text() == "zstd:19");
    CHECK(Compression::parse("gzip")->text() == "gzip:6");
    for (const char* const wrong : {"", "zstd:", "zstd:0", "zstd:20", "zstd:3x", "zstd:-1",
                                    "gzip:10", "none:1", "xz", "zstd:99999999999"}) {
        INFO(wrong);
        CHECK_FALSE(Compression::parse(wrong).has_value());
    }
}

TEST_CASE("names of packed files end as their packers' do") {
    CHECK(packed_name("a.json", Kind::zstd) == "a.json.zst");
    CHECK(packed_name("a.json.gz", Kind::zstd) == "a.json.zst");
    CHECK(packed_name("a.json.zst", Kind::none) == "a.json");
    CHECK(unpacked_name(".gz") == ".gz");
}

TEST_CASE("what was packed in any pieces and frames is unpacked from any pieces") {
    const std::string text = text_of(300'000);
    for (const Compression& how : {zstd, gzip}) {
        for (const std::size_t frame : {SIZE_MAX, std::size_t{70'000}, std::size_t{1}}) {
            const std::string bytes = packed(how, text, 9'000, frame);
            CHECK(compression_of(bytes) == how.kind);
            CHECK((unpacked(bytes, how.kind) == text));
            CHECK((unpacked(bytes, how.kind, 1'000, 100) == text));
            CHECK((unpacked(bytes, how.kind, 1, 300'000) == text));
        }
    }
}

TEST_CASE("frames are no longer than 4 MiB and can be unpacked by themselves") {
    const std::string text = text_of((9U << 20U) + 5);
    for (const Compression& how : {zstd, gzip}) {
        const std::string bytes = packed(how, text, 1U << 20U);
        CHECK((unpacked(bytes, how.kind) == text));
        const std::string first = packed(how, text.substr(0, 4U << 20U), 1U << 20U);
        CHECK(bytes.starts_with(first));
        CHECK((unpacked(bytes.substr(first.size()), how.kind) == text.substr(4U << 20U)));
    }
}

TEST_CASE("an empty frame is a file that holds nothing") {
    for (const Compression& how : {zstd, gzip}) {
        std::string bytes;
        REQUIRE(make_byte_packer(how)->empty_frame(bytes));
        CHECK(compression_of(bytes) == how.kind);
        CHECK(unpacked(bytes, how.kind).empty());
    }
}

TEST_CASE("a packed file that is cut or followed by something else is an error with its frame") {
    const std::string text = text_of(2'000);
    for (const Compression& how : {zstd, gzip}) {
        const std::string frame = packed(how, text, 2'000);
        for (std::size_t length = 1; length < frame.size(); ++length) {
            const std::string line = unpacked(frame.substr(0, length), how.kind);
            REQUIRE_THAT(line, Contains("1, which begins at byte 0: the file ends inside it"));
        }
        CHECK_THAT(
            unpacked(frame + frame + "x", how.kind),
            Contains(" 3, which begins at byte " + std::to_string(2 * frame.size()) + ": ") &&
                Contains("(byte 4000 unpacked)"));
    }
}

TEST_CASE("a flipped byte of a packed file is an error or changes nothing") {
    const std::string text = text_of(600);
    for (const Compression& how : {zstd, gzip}) {
        const std::string frame = packed(how, text, 600);
        for (std::size_t at = 0; at < frame.size(); ++at) {
            std::string damaged = frame;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
            const std::string seen = unpacked(damaged, how.kind);
            // gzip's header has fields that say nothing about the content.
            REQUIRE((seen == text || seen.find("source_unreadable") != std::string::npos));
        }
    }
}

TEST_CASE("a file that unpacks to absurdly much is not believed") {
    const std::string zeros(8U << 20U, '\0');
    for (const Compression& how : {zstd, gzip}) {
        std::string bytes;
        const auto packer = make_byte_packer(how);
        for (std::size_t mebibytes = 0; mebibytes < 80; mebibytes += 8) {
            REQUIRE(packer->add(bytes, zeros));
        }
        REQUIRE(packer->end_frame(bytes));
        CHECK_THAT(unpacked(bytes, how.kind, SIZE_MAX, 1U << 20U),
                   Contains("it unpacks to more than 100 times its size"));
    }
}

TEST_CASE("a frame of zstd that wants a window over 128 MiB is refused") {
    using namespace std::string_view_literals;
    // Frame header with window descriptor 0x90: exponent 18, that is 2^28 bytes.
    const std::string bytes("\x28\xB5\x2F\xFD\x00\x90\x01\x00\x00"sv);
    CHECK_THAT(unpacked(bytes, Kind::zstd), Contains("zstd frame 1") && Contains("memory"));
}

TEST_CASE("skipping in a packed file passes over what it holds") {
    const std::string text = text_of(100'000);
    const std::string bytes = packed(zstd, text, 10'000, 10'000);
    DripSource packed_source(bytes, 777);
    const auto source = make_unpacking_source(packed_source, Kind::zstd, "f");
    REQUIRE(source->skip(54'321));
    std::string piece(10, '\0');
    REQUIRE(source->read(piece).value() > 0);
    CHECK(piece[0] == text[54'321]);
    CHECK(source->skip(100'000).error().reason() == Reason::source_changed);
}

TEST_CASE("a stored frame is as long as another one for as many bytes, and unpacks to them") {
    for (const Kind kind : {Kind::none, Kind::zstd, Kind::gzip}) {
        for (const std::size_t size :
             {1UL, 3UL, 5UL, 255UL, 256UL, 257UL, 3000UL, kMostStoredBytes}) {
            const std::size_t length = stored_frame(kind, std::string(size, '\0')).value().size();
            for (std::uint32_t seed = 0; seed < 2000 / std::min<std::size_t>(size, 200); ++seed) {
                std::string bytes(size, static_cast<char>(0xDDU));
                for (std::size_t i = 1; i < size; ++i) {
                    bytes[i] = static_cast<char>((seed * 2654435761U) >> (8U * (i % 4)));
                }
                const std::string frame = stored_frame(kind, bytes).value();
                REQUIRE(frame.size() == length);
                REQUIRE((kind == Kind::none || unpacked(frame + frame, kind) == bytes + bytes));
            }
        }
        CHECK(stored_frame(kind, std::string(kMostStoredBytes + 1, '\0')).error().reason() ==
              Reason::record_too_large);
    }
}

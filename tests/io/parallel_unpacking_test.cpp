// SPDX-License-Identifier: Apache-2.0
#include "parallel_unpacking.hpp"

#include "support/drip_source.hpp"
#include "support/exhaustive_step.hpp"
#include "support/test_seed.hpp"

#include <catch2/catch.hpp>
#include <zstd.h>

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kKibibyte = std::size_t{1} << 10U;
constexpr std::size_t kMebibyte = kKibibyte << 10U;
constexpr std::string_view kSkippable("\x50\x2A\x4D\x18\x03\x00\x00\x00xyz", 11);

/// Text that packs to half its size.
std::string text_of(std::size_t size, unsigned seed = 7) {
    std::mt19937 random(seed);
    std::string text(size, '\0');
    std::ranges::generate(text, [&random] { return static_cast<char>('a' + (random() % 16)); });
    return text;
}

std::string frame_of(std::string_view text) {
    const auto packer = make_byte_packer(Compression::of(Compression::Kind::zstd));
    std::string frame;
    REQUIRE(packer->add(frame, text));
    REQUIRE(packer->end_frame(frame));
    return frame;
}

/// Also of more than the packer puts into a frame.
std::string one_frame(const std::string& text) {
    std::string frame(ZSTD_compressBound(text.size()), '\0');
    const std::size_t size = ZSTD_compress(frame.data(), frame.size(), text.data(), text.size(), 1);
    REQUIRE(ZSTD_isError(size) == 0);
    frame.resize(size);
    return frame;
}

struct Outcome {
    std::string text;
    std::string error;

    bool operator==(const Outcome&) const = default;
};

/// Everything that comes before the end or an error, and that.
Outcome outcome_of(ByteSource& source, std::size_t piece_bytes = 100'000) {
    Outcome outcome;
    std::string piece(piece_bytes, '\0');
    for (;;) {
        const Result<std::size_t> got = source.read(piece);
        if (!got || *got == 0) {
            outcome.error = got ? "" : got.error().one_line();
            return outcome;
        }
        outcome.text.append(piece, 0, *got);
    }
}

Outcome in_parallel(std::string_view bytes, std::size_t in = SIZE_MAX, std::size_t out = 100'000) {
    DripSource packed(bytes, in);
    ParallelUnpackingSource source(packed, "f");
    return outcome_of(source, out);
}

/// One frame after the other, as files of one frame are unpacked.
Outcome in_series(std::string_view bytes) {
    DripSource packed(bytes);
    UnpackingSource source(packed, make_unpacker(Compression::Kind::zstd), "f");
    return outcome_of(source);
}

/// Frames of these sizes, and what they hold.
struct ManyFrames {
    explicit ManyFrames(const std::vector<std::size_t>& sizes) {
        for (const std::size_t size : sizes) {
            const std::string part = text_of(size, static_cast<unsigned>(text.size()));
            text += part;
            packed += frame_of(part);
        }
    }
    std::string text;
    std::string packed;
};

}  // namespace

TEST_CASE("many frames are unpacked ahead to the same bytes, from any pieces") {
    const std::vector<std::vector<std::size_t>> files{
        std::vector<std::size_t>(8, 200 * kKibibyte),
        {1, 200 * kKibibyte, 1, 2, 300 * kKibibyte, 3, kMebibyte, 7},
        std::vector<std::size_t>(700, kKibibyte),
        {10}};
    for (const std::vector<std::size_t>& sizes : files) {
        const ManyFrames file(sizes);
        const Outcome wanted{file.text, ""};
        CHECK((in_parallel(file.packed) == wanted));
        CHECK((in_parallel(file.packed, 1'000, 777) == wanted));
        CHECK((in_parallel(file.packed, 70'001, 16 * kMebibyte) == wanted));
    }
}

TEST_CASE("frames that hold nothing lie between others and do not end a file") {
    const ManyFrames file({300 * kKibibyte});
    std::string bytes;
    std::string text;
    for (int i = 0; i < 6; ++i) {
        bytes += std::string(kSkippable) + file.packed;
        text += file.text;
    }
    bytes += kSkippable;
    CHECK((in_parallel(bytes) == Outcome{text, ""}));
}

TEST_CASE("frames are read and unpacked ahead of what is asked for, and no more than fit") {
    if (std::thread::hardware_concurrency() < 2) {
        SUCCEED("one processor: nothing is unpacked ahead");
        return;
    }
    const ManyFrames file(std::vector<std::size_t>(24, kMebibyte));
    DripSource packed(file.packed);
    ParallelUnpackingSource source(packed, "f");
    std::string piece(kMebibyte + 1, '\0');
    std::size_t got = 0;
    while (got <= kMebibyte) {  // the first frame is not unpacked ahead
        got += source.read(piece).value();
    }
    const std::size_t frame = file.packed.size() / 24;
    CHECK(packed.read_bytes() >= 3 * frame);
    CHECK(packed.read_bytes() <= 8 * frame);
}

TEST_CASE("damage anywhere in many frames gives the bytes and the error that it gives one by one") {
    const ManyFrames file({1'000, 150 * kKibibyte, 150 * kKibibyte, 200, 300, 150 * kKibibyte});
    const std::uint64_t seed = test_seed();
    WARN("FFDUMP_SEED=" << seed);
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < 400; i += exhaustive_step(17)) {
        std::string damaged = file.packed;
        const std::size_t at = random() % damaged.size();
        switch (i % 4) {
            case 0:
                damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
                break;
            case 1:
                damaged.resize(at);
                break;
            case 2:
                damaged.insert(at, "x");
                break;
            default:
                damaged.erase(at, 1 + (random() % 5));
                break;
        }
        CAPTURE(i % 4, at);
        const Outcome wanted = in_series(damaged);
        const Outcome seen = in_parallel(damaged, 40'000);
        REQUIRE(seen.error == wanted.error);
        REQUIRE((seen.text == wanted.text));
    }
}

TEST_CASE("an error of reading comes after all that was read before it") {
    const ManyFrames file(std::vector<std::size_t>(6, 300 * kKibibyte));
    for (std::size_t at = 0; at < file.packed.size(); at += 30'011) {
        DripSource packed(file.packed, 50'000);
        packed.fail_at(at);
        ParallelUnpackingSource source(packed, "f");
        const Outcome seen = outcome_of(source);
        DripSource again(file.packed, 50'000);
        again.fail_at(at);
        UnpackingSource one_by_one(again, make_unpacker(Compression::Kind::zstd), "f");
        CHECK((seen == outcome_of(one_by_one)));
        CHECK(seen.error.find("the disk says no") != std::string::npos);
    }
}

TEST_CASE("an error of reading that does not come again is told all the same") {
    const ManyFrames file(std::vector<std::size_t>(6, 300 * kKibibyte));
    DripSource packed(file.packed, 50'000);
    packed.fail_at(file.packed.size() / 2);
    packed.fail_once();
    ParallelUnpackingSource source(packed, "f");
    const Outcome seen = outcome_of(source);
    CHECK(seen.error.find("the disk says no") != std::string::npos);
    CHECK(file.text.starts_with(seen.text));
    CHECK(seen.text.size() < file.text.size());
}

TEST_CASE("a frame that is too long to be unpacked ahead is unpacked, and what follows it") {
    // As long as others; with more in it than fits; too long to be handed over.
    for (const std::string& middle :
         {text_of(300 * kKibibyte),
          std::string(FramesAhead::kMostContent, 'a') + text_of(300 * kKibibyte),
          text_of(2 * FramesAhead::kMostPacked + kMebibyte)}) {
        ManyFrames file({300 * kKibibyte, 300 * kKibibyte, 300 * kKibibyte});
        const std::string behind = file.packed;
        file.packed += one_frame(middle) + behind;
        file.text += middle + file.text;
        CHECK((in_parallel(file.packed) == Outcome{file.text, ""}));
    }
}

TEST_CASE("frames behind the first that unpack to absurdly much are not believed") {
    // Long enough to be handed to a thread, short enough to be unpacked there, 230 : 1.
    std::string text(66 * kKibibyte, '\0');
    std::mt19937 random(7);
    std::ranges::generate(text, [&random] { return static_cast<char>(random()); });
    const std::string bomb = one_frame(text + std::string(15 * kMebibyte, '\0'));
    std::string bytes = frame_of(text_of(300 * kKibibyte));
    for (int i = 0; i < 14; ++i) {
        bytes += bomb;
    }
    const Outcome wanted = in_series(bytes);
    CHECK(wanted.error.find("more than 100 times its size") != std::string::npos);
    CHECK((in_parallel(bytes) == wanted));
}

TEST_CASE("what is unpacked ahead may be left at any place") {
    const ManyFrames file(std::vector<std::size_t>(12, 300 * kKibibyte));
    for (std::size_t asked = 0; asked < file.text.size(); asked += 400 * kKibibyte) {
        DripSource packed(file.packed);
        ParallelUnpackingSource source(packed, "f");
        REQUIRE(source.skip(asked));
        std::string piece(10, '\0');
        REQUIRE(source.read(piece).value() > 0);
        CHECK(piece[0] == file.text[asked]);
    }
}

}  // namespace ffdump

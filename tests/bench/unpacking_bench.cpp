// SPDX-License-Identifier: Apache-2.0
// Megabytes a second of a dump packed as many frames of zstd: what is unpacked ahead by threads
// against one frame after the other, unpacked alone and unpacked for the record reader. Alternating
// rounds; the best of each is printed, since noise only ever adds.

#include "parallel_unpacking.hpp"
#include "reading_bench.hpp"
#include "support/record_builder.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace {

using namespace ffdump;

constexpr std::size_t kRecords = 60000;
constexpr std::size_t kDimension = 480;

std::string make_lines() {
    RecordGenerator generator(kDimension);
    std::string lines;
    for (std::size_t id = 0; id < kRecords; ++id) {
        std::string facen;
        append_facen(facen, generator.facen(kDimension), SlashStyle::plain);
        lines += RecordBuilder(id).facen(facen).normalized("n/2023/04/a.png").text() + "\n";
    }
    return lines;
}

std::string packed(std::string_view lines) {
    const auto packer = make_byte_packer(Compression::of(Compression::Kind::zstd));
    std::string frames;
    const bool is_good = packer->add(frames, lines) && packer->end_frame(frames);
    return is_good ? frames : std::string();
}

/// What is read of the source, in numbers.
using Reading = std::function<std::uint64_t(ByteSource&)>;

std::uint64_t bytes_of(ByteSource& source) {
    std::string piece(std::size_t{1} << 20U, '\0');
    std::uint64_t bytes = 0;
    while (const std::size_t got = source.read(piece).value()) {
        bytes += got;
    }
    return bytes;
}

std::uint64_t records_of(ByteSource& source) {
    const Profile profile = builder_profile(Container::json_lines);
    RecordReader reader(source, profile, "bench.json", {});
    RecordBlock block;
    std::uint64_t records = 0;
    while (reader.next(block).value()) {
        records += block.size();
    }
    return records;
}

bool compare(std::string_view what, const std::string& lines, const std::string& frames,
             const Reading& reading, int rounds) {
    std::uint64_t one_by_one = 0;
    std::uint64_t ahead = 0;
    double best_one_by_one = 0;
    double best_ahead = 0;
    for (int i = 0; i < rounds; ++i) {
        best_one_by_one = std::max(best_one_by_one, megabytes_a_second(lines, one_by_one, [&] {
                                       CopyingSource source(frames);
                                       UnpackingSource unpacked(
                                           source, make_unpacker(Compression::Kind::zstd), "f");
                                       return reading(unpacked);
                                   }));
        best_ahead = std::max(best_ahead, megabytes_a_second(lines, ahead, [&] {
                                  CopyingSource source(frames);
                                  ParallelUnpackingSource unpacked(source, "f");
                                  return reading(unpacked);
                              }));
    }
    fmt::print(
        "{}, {} MB in {} MB, best of {}: one by one {:.0f} MB/s, ahead {:.0f} MB/s ({:.2f})\n",
        what, lines.size() / 1'000'000, frames.size() / 1'000'000, rounds, best_one_by_one,
        best_ahead, best_ahead / best_one_by_one);
    return one_by_one == ahead;
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = static_cast<int>(number_or(argc, argv, 1, 7));
    const std::string lines = make_lines();
    const std::string frames = packed(lines);
    const bool agree = compare("unpacked", lines, frames, bytes_of, rounds) &&
                       compare("records", lines, frames, records_of, rounds);
    if (!agree) {
        fmt::print("the two do not agree on what they read\n");
    }
    return agree ? 0 : 1;
}

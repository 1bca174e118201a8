// SPDX-License-Identifier: Apache-2.0
#include "salvaged_runs.hpp"

#include "frame_writer.hpp"
#include "salvaged_records.hpp"
#include "support/dump_reading.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kInOneFrame = 10;
constexpr std::size_t kRecords = 200;

/// A dump file of lines, packed as migrate packs them, in frames of an archive that are smaller.
class PackedMember {
 public:
    explicit PackedMember(Compression::Kind kind) : kind_(kind) {
        const std::unique_ptr<BytePacker> packer = make_byte_packer(Compression::of(kind));
        std::mt19937_64 random(7);
        for (std::uint64_t id = 0; id < kRecords; ++id) {
            std::string noise(80, '\0');
            for (char& byte : noise) {
                byte = static_cast<char>('a' + random() % 26);
            }
            lines.push_back(RecordBuilder(id).meta("\"n\":\"" + noise + "\"").text() + "\n");
            REQUIRE(packer->add(packed, lines.back()));
            if (id % kInOneFrame == kInOneFrame - 1) {
                REQUIRE(packer->end_frame(packed));
                ends.push_back(packed.size());
            }
        }
        FrameWriter writer({.threads = 1, .level = 1, .frame_bytes = 150},
                           [this](std::string_view bytes) -> Result<void> {
                               archive.append(bytes);
                               return {};
                           });
        REQUIRE(writer.add(packed));
        REQUIRE(writer.finish());
    }

    /// Ids of the lines that are saved when these bytes of the archive are flipped.
    [[nodiscard]] std::vector<std::uint64_t> saved_without(std::size_t at) const {
        std::string damaged = archive;
        damaged[at] ^= 0x20;
        const auto file =
            make_posix_file_system()->open_read(scratch.write("a.tar.zst", damaged)).value();
        TarPieces pieces = TarPieces::find(*file, {}).value();
        lost = {};
        const std::vector<TarRange> runs = pieces.runs({0, packed.size()});
        if (runs.size() == 2) {
            lost = {runs[0].end, runs[1].begin};
        } else if (runs.front().begin != 0) {
            lost = {0, runs.front().begin};
        } else {
            lost = {runs.front().end, packed.size()};
        }
        std::string out;
        REQUIRE(write_whole_records(open_runs(pieces, runs, 0, kind_),
                                    builder_profile(Container::json_lines), {},
                                    [&out](std::string_view more) -> Result<void> {
                                        out.append(more);
                                        return {};
                                    }));
        const DumpReading reading = read_dump(out, {.container = Container::json_lines});
        CHECK(reading.bad() == 0);
        return reading.good_ids();
    }

    std::vector<std::string> lines;
    std::string packed;
    std::string archive;
    std::vector<std::size_t> ends;  ///< of the packed file's own frames
    mutable TarRange lost;

 private:
    Compression::Kind kind_;
    ScratchFolder scratch;
};

TEST_CASE("of a packed file every frame of its own that is not touched by the loss is saved") {
    const PackedMember member(GENERATE(Compression::Kind::zstd, Compression::Kind::gzip));
    for (std::size_t at = 60; at < member.archive.size() - 2000; at += 997) {
        CAPTURE(at);
        const std::vector<std::uint64_t> saved = member.saved_without(at);
        if (member.lost.begin == member.lost.end) {
            CHECK(saved.size() == kRecords);
            continue;
        }
        std::size_t begin = 0;
        for (std::size_t frame = 0; frame < member.ends.size(); ++frame) {
            const std::size_t end = member.ends[frame];
            const bool is_whole = end <= member.lost.begin || begin >= member.lost.end;
            for (std::size_t i = 0; is_whole && i < kInOneFrame; ++i) {
                CHECK(std::ranges::find(saved, frame * kInOneFrame + i) != saved.end());
            }
            begin = end;
        }
        CHECK(std::ranges::adjacent_find(saved, std::greater_equal<>()) == saved.end());
    }
}

}  // namespace
}  // namespace ffdump

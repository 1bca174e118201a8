// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive_stream.hpp"
#include "frame_writer.hpp"
#include "tar_pieces.hpp"
#include "verify/dump_pair.hpp"

#include "ffdump/archive/pack_dump.hpp"
#include "ffdump/archive/unpack_dump.hpp"
#include "ffdump/io/byte_source.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// A good new dump, and what packing makes of it.
class PackedPair {
 public:
    explicit PackedPair(std::vector<Table> tables = DumpPair::usual_tables())
        : pair(std::move(tables)) {
        options.directory = pair.options.to;
        options.frame_bytes = 1500;
    }

    [[nodiscard]] Result<PackSummary> pack_into(std::string& bytes) const {
        return pack_dump(*files, options,
                         [&bytes](std::string_view more) -> Result<void> {
                             bytes.append(more);
                             return {};
                         },
                         {});
    }
    [[nodiscard]] std::string packed() const {
        std::string bytes;
        const Result<PackSummary> done = pack_into(bytes);
        INFO((done ? "" : done.error().one_line()));
        REQUIRE(done);
        return bytes;
    }
    [[nodiscard]] Result<UnpackSummary> unpack(std::string_view archive, const std::string& to,
                                               const ManifestTrust& trust = {}) const {
        const std::unique_ptr<ByteSource> source = make_memory_source(archive);
        return unpack_dump(*files, *source, {"x.tar.zst", to, trust}, {});
    }

    /// Where the frames of an archive begin and end, marks not included.
    [[nodiscard]] std::vector<FoundFrame> frames(const std::string& archive) const {
        const auto file = files->open_read(scratch.write("y.tar.zst", archive)).value();
        return TarPieces::find(*file, {}).value().frames();
    }
    /// The frame that holds this place of a member.
    [[nodiscard]] FoundFrame frame_at(const std::string& archive, const std::string& member,
                                      std::uint64_t offset) const {
        const std::unique_ptr<ByteSource> source = make_memory_source(archive);
        ArchiveStream stream(*source, "x");
        REQUIRE(stream.open());
        const std::uint64_t place = stream.layout().find(member)->data_at() + offset;
        for (const FoundFrame& frame : frames(archive)) {
            if (place >= frame.tar_at && place < frame.tar_at + frame.sizes.content) {
                return frame;
            }
        }
        throw std::runtime_error("no such frame");
    }

    DumpPair pair;
    PackOptions options;
    ScratchFolder scratch;
    std::unique_ptr<FileSystem> files = make_posix_file_system();
};

/// Reads an archive to its end, as unpacking does but for the files; the first error, if any.
[[nodiscard]] inline std::optional<Error> read_through(std::string_view archive) {
    const std::unique_ptr<ByteSource> source = make_memory_source(archive);
    ArchiveStream stream(*source, "x.tar.zst");
    if (Result<void> opened = stream.open(); !opened) {
        return opened.error();
    }
    for (;;) {
        Result<const ArchiveMember*> member = stream.next();
        if (!member) {
            return member.error();
        }
        if (*member == nullptr) {
            return std::nullopt;
        }
        for (bool has_more = true; has_more;) {
            Result<std::string_view> piece = stream.read();
            if (!piece) {
                return piece.error();
            }
            has_more = !piece->empty();
        }
    }
}

/// The tar stream in an archive.
[[nodiscard]] inline std::string tar_of(std::string_view archive) {
    const std::unique_ptr<ByteSource> source = make_memory_source(archive);
    FrameReader reader(*source, "x.tar.zst");
    std::string tar;
    for (;;) {
        const Result<std::string_view> content = reader.next();
        REQUIRE(content);
        if (content->empty()) {
            return tar;
        }
        tar.append(*content);
    }
}

/// An archive, right in all its frames, of these pieces of a tar stream, each of which begins one.
[[nodiscard]] inline std::string framed(const std::vector<std::string>& pieces) {
    std::string archive;
    FrameWriter writer({}, [&archive](std::string_view bytes) -> Result<void> {
        archive.append(bytes);
        return {};
    });
    for (const std::string& piece : pieces) {
        REQUIRE(writer.add(piece));
        REQUIRE(writer.end_frame());
    }
    REQUIRE(writer.finish());
    return archive;
}

/// The tar stream cut where members begin; the last piece is the end.
[[nodiscard]] inline std::vector<std::string> member_pieces(std::string_view archive) {
    const std::string tar = tar_of(archive);
    const std::unique_ptr<ByteSource> source = make_memory_source(archive);
    ArchiveStream stream(*source, "x.tar.zst");
    REQUIRE(stream.open());
    std::vector<std::string> pieces;
    for (const ArchiveMember& member : stream.layout().members()) {
        pieces.push_back(tar.substr(member.header_at, member.end() - member.header_at));
    }
    pieces.push_back(tar.substr(stream.layout().members().back().end()));
    return pieces;
}

}  // namespace ffdump

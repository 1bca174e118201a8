// SPDX-License-Identifier: Apache-2.0
#include "archive_stream.hpp"
#include "fuzz_harnesses.hpp"
#include "fuzz_manifest.hpp"
#include "support/memory_file_system.hpp"
#include "tar_header.hpp"
#include "tar_pieces.hpp"

#include "ffdump/io/byte_source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

/// Of all members: longer ones cost time and show nothing new.
constexpr std::uint64_t kMostTarBytes = std::uint64_t{64} << 10U;

/// The archive of frames with these contents, as pack writes it.
std::string archive_of(const std::vector<std::string_view>& contents) {
    static FrameCodec codec;
    std::string out;
    std::vector<FrameSizes> sizes;
    std::uint64_t tar_offset = 0;
    for (const std::string_view content : contents) {
        const std::string frame = codec.pack(content).value();
        out += frame;
        out += FrameMark::of(tar_offset, static_cast<std::uint32_t>(content.size()), frame).text();
        sizes.push_back(
            {static_cast<std::uint32_t>(frame.size()), static_cast<std::uint32_t>(content.size())});
        tar_offset += content.size();
    }
    return out + seek_table(sizes);
}

/// A tar stream cut where something like a header begins, so that each member begins a frame.
std::vector<std::string_view> frames_of(std::string_view tar) {
    constexpr std::size_t kMagicAt = 257;
    std::vector<std::string_view> frames;
    std::size_t begin = 0;
    for (std::size_t at = kTarBlockBytes; at + kTarBlockBytes <= tar.size(); at += kTarBlockBytes) {
        if (tar.substr(at + kMagicAt).starts_with("ustar")) {
            frames.push_back(tar.substr(begin, at - begin));
            begin = at;
        }
    }
    if (begin < tar.size()) {
        frames.push_back(tar.substr(begin));
    }
    return frames;
}

/// What the archive of a manifest holds: every byte of its members is zero.
std::vector<std::string> members_of(const Manifest& manifest, const std::string& text) {
    const ArchiveLayout layout(manifest, text.size(), std::nullopt);
    std::vector<std::string> members;
    for (const ArchiveMember& member : layout.members()) {
        std::string& bytes = members.emplace_back(member.header);
        bytes += member.path == kManifestMember ? text : std::string(member.bytes, '\0');
        bytes.append(tar_padding(member.bytes), '\0');
    }
    members.emplace_back(kTarEndBytes, '\0');
    return members;
}

/// Reads an archive to its end; the bytes of its members, or why it is refused.
Result<std::uint64_t> read_through(std::string_view archive) {
    const std::unique_ptr<ByteSource> source = make_memory_source(archive);
    ArchiveStream stream(*source, "dump.tar.zst");
    std::uint64_t bytes = 0;
    return stream.open()
        .and_then([&] {
            return stream.for_each([&](const ArchiveMember&) -> Result<void> {
                for (;;) {
                    const Result<std::string_view> piece = stream.read();
                    if (!piece || piece->empty()) {
                        return piece ? Result<void>() : failed(piece.error());
                    }
                    bytes += piece->size();
                }
            });
        })
        .map([&] { return bytes; });
}

void hold_judged(const Result<std::uint64_t>& read) {
    if (!read) {
        const Reason reason = read.error().reason();
        must_hold(reason == Reason::archive_damaged || reason == Reason::archive_refused ||
                      reason == Reason::manifest_invalid,
                  "archives are judged");
    }
}

/// The archive of a manifest is read to its end, and with any change of it refused.
void hold_archive_of(const std::string& text, std::size_t change) {
    const Result<Manifest> manifest = parse_manifest(text);
    if (!manifest) {
        return;
    }
    std::uint64_t bytes = manifest->failures_bytes;
    for (const ManifestFile& file : manifest->files) {
        bytes += file.target_bytes;
        if (file.target_bytes > kMostTarBytes || bytes > kMostTarBytes) {
            return;
        }
    }
    const std::vector<std::string> members = members_of(*manifest, text);
    std::string archive = archive_of({members.begin(), members.end()});
    must_hold(read_through(archive).has_value(), "an archive that was packed can be read");
    char& byte = archive[change % archive.size()];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (change % 8)));
    const Result<std::uint64_t> read = read_through(archive);
    must_hold(!read.has_value(), "every change of an archive is told");
    hold_judged(read);
}

/// What is left of damaged bytes lies within them, front to back.
void hold_pieces(std::string_view bytes) {
    MemoryFileSystem files;
    files.put("a.tar.zst", bytes);
    const std::unique_ptr<File> file = files.open_read("a.tar.zst").value();
    const Result<TarPieces> pieces = TarPieces::find(*file, {});
    must_hold(pieces.has_value(), "damage is no error of salvage");
    std::uint64_t end = 0;
    for (const FoundFrame& frame : pieces->frames()) {
        must_hold(frame.tar_at >= end && frame.file_at + frame.sizes.packed <= bytes.size(),
                  "frames that are found do not overlap");
        end = frame.tar_at + frame.sizes.content;
    }
}

}  // namespace

void fuzz_dump_archive(std::string_view input) {
    const unsigned choice = take_choice(input);
    if (choice % 4 == 3) {
        hold_judged(read_through(input));
        hold_pieces(input);
        return;
    }
    if (choice % 4 == 2) {
        if (const std::optional<TarHeader> header = read_tar_header(input)) {
            must_hold(tar_header(header->path, header->bytes) == header->text,
                      "a header that was read can be written");
        }
        hold_judged(read_through(archive_of(frames_of(input))));
        return;
    }
    if (input.size() >= 2) {
        const std::size_t change = (static_cast<unsigned char>(input[0]) * std::size_t{256}) +
                                   static_cast<unsigned char>(input[1]);
        hold_archive_of(mended_manifest(input.substr(2)), change);
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// How the bytes of a file are packed. Value type.
struct Compression {
    enum class Kind : std::uint8_t { none, zstd, gzip };

    Kind kind = Kind::none;
    int level = 0;

    friend bool operator==(const Compression&, const Compression&) = default;

    /// "none", "zstd", "zstd:19" (1 to 19, default 3), "gzip", "gzip:9" (1 to 9, default 6);
    /// nothing for another text.
    [[nodiscard]] static std::optional<Compression> parse(std::string_view text);
    /// "zstd:3", as parse() takes it.
    [[nodiscard]] std::string text() const;
    /// With the default level.
    [[nodiscard]] static Compression of(Kind kind) noexcept;
};

/// By the first four bytes of a file; text never begins as a packed file does.
[[nodiscard]] Compression::Kind compression_of(std::string_view prefix) noexcept;

[[nodiscard]] Result<Compression::Kind> compression_of_file(File& file);

/// "a.json.zst" becomes "a.json"; a name without an ending of packed files stays.
[[nodiscard]] std::string unpacked_name(std::string_view name);
/// "a.json" or "a.json.gz" becomes "a.json.zst".
[[nodiscard]] std::string packed_name(std::string_view name, Compression::Kind kind);

/// What `packed` holds: all frames of zstd (skippable ones are passed over) or members of gzip,
/// with checksums. Memory: a window of 128 MiB, or 24 MiB for each of up to 5 runs of frames that
/// threads unpack ahead. Over 100 times the file's size and 64 MiB is not believed. Fails with
/// `source_unreadable` after all that comes before; says which frame and where, in the file and
/// unpacked. `packed` is read by the caller's thread and must outlive it; `name` is for errors.
[[nodiscard]] std::unique_ptr<ByteSource> make_unpacking_source(ByteSource& packed,
                                                                Compression::Kind kind,
                                                                std::string name);

/// What is in a file.
class UnpackedFileSource : public ByteSource {
 public:
    /// Bytes taken from the file so far, packed as they are: a progress against the file's size.
    [[nodiscard]] virtual std::uint64_t file_bytes() const noexcept = 0;
};

/// The bytes of an open file, unpacked when it is packed, which its first bytes say. The file must
/// outlive the source. skip() of a packed file reads.
[[nodiscard]] Result<std::unique_ptr<UnpackedFileSource>> make_unpacked_file_source(File& file);

/// Packs bytes that come in pieces, front to back. The bytes up to each end_frame() can be unpacked
/// by themselves, and what follows as well. Not thread-safe.
class BytePacker {
 public:
    virtual ~BytePacker() = default;
    /// Appends to `out` what is packed of `bytes` and those before, perhaps nothing.
    [[nodiscard]] virtual Result<void> add(std::string& out, std::string_view bytes) = 0;
    /// Appends the rest of the frame; nothing when none is open.
    [[nodiscard]] virtual Result<void> end_frame(std::string& out) = 0;
    /// Appends a frame that holds nothing: a packed file is never empty. No frame may be open.
    [[nodiscard]] virtual Result<void> empty_frame(std::string& out) = 0;
};

/// `bytes` as one frame whose size depends on how many they are and not on what they say: it can be
/// overwritten in place. Fails with `record_too_large` when they are too many, and with
/// `internal_error` when the library does.
inline constexpr std::size_t kMostStoredBytes = std::size_t{32} << 10U;
[[nodiscard]] Result<std::string> stored_frame(Compression::Kind kind, std::string_view bytes);

/// Frames of zstd with checksums, or members of gzip, of about 4 MiB of content; or the bytes as
/// they are. Fails with `internal_error` when the library does.
[[nodiscard]] std::unique_ptr<BytePacker> make_byte_packer(const Compression& compression);

}  // namespace ffdump

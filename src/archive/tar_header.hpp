// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

inline constexpr std::size_t kTarBlockBytes = 512;
/// Two blocks of zeros end a tar archive.
inline constexpr std::size_t kTarEndBytes = 2 * kTarBlockBytes;

/// What stands before a member's bytes: one block of ustar, and two or more of pax in front of it
/// where the name has over 100 bytes or the member 8 GiB or more. Written here and not by
/// libarchive, since it must be the same bytes whatever that library's version: an archive is held
/// against them. Owner 0, mode 0600, time 1980-01-01.
[[nodiscard]] std::string tar_header(std::string_view path, std::uint64_t bytes);

/// Zeros behind a member's bytes, up to the next block.
[[nodiscard]] std::size_t tar_padding(std::uint64_t bytes) noexcept;

/// The size that the block, which must be what tar_header() gives for `path`, states.
[[nodiscard]] std::optional<std::uint64_t> size_in_tar_header(std::string_view block,
                                                              std::string_view path);

struct TarHeader {
    std::string path;
    std::uint64_t bytes = 0;
    std::string text;  ///< the header itself
};

/// What tar_header() gave for some file and `bytes` begin with; nothing for any other header.
[[nodiscard]] std::optional<TarHeader> read_tar_header(std::string_view bytes);
/// More bytes than these no header has that is read: names are those of files.
inline constexpr std::size_t kMostTarHeaderBytes = 4 * kTarBlockBytes;

}  // namespace ffdump

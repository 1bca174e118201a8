// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace ffdump {

/// Bytes that can be read at any place, unpacked where they are packed. One thread.
class RandomBytes {
 public:
    virtual ~RandomBytes() = default;
    /// Up to out.size() bytes at `offset`; 0 at the end, and only there.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::span<char> out,
                                                      std::uint64_t offset) = 0;
    [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
};

/// A file as it is.
[[nodiscard]] Result<std::unique_ptr<RandomBytes>> open_plain_bytes(FileSystem& files,
                                                                    const std::string& path);

/// A zstd file of many frames with a table of them at its end (zstd's "seekable format"); null when
/// it is none, or when a frame unpacks to more than kMostFrameBytes. Holds one unpacked frame.
[[nodiscard]] Result<std::unique_ptr<RandomBytes>> open_seekable_zstd(FileSystem& files,
                                                                      const std::string& path);
inline constexpr std::uint32_t kMostFrameBytes = 64U << 20U;

}  // namespace ffdump

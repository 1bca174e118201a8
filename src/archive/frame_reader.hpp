// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame_format.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Reads the frames of an archive front to back and holds every byte of it against what pack
/// writes: frame, mark, seek table, nothing behind. One thread. `packed` must outlive it.
class FrameReader {
 public:
    FrameReader(ByteSource& packed, std::string name) : packed_(packed), name_(std::move(name)) {}

    /// The content of the next frame, valid until the next call; empty when the archive ended as it
    /// must. Fails with `archive_damaged` and the place in the file.
    [[nodiscard]] Result<std::string_view> next();
    /// Of the archive's bytes read so far.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    /// With the archive's name and the place where it stands.
    [[nodiscard]] Error error(Reason reason, std::string_view what) const;

 private:
    [[nodiscard]] Result<void> fill(std::size_t wanted);
    [[nodiscard]] Result<void> finish();
    void drop(std::size_t count);
    [[nodiscard]] std::string_view ahead() const noexcept {
        return std::string_view(buffer_).substr(at_);
    }

    ByteSource& packed_;
    std::string name_;
    std::string buffer_;
    std::size_t at_ = 0;  ///< what is before it was read
    std::uint64_t position_ = 0;
    std::uint64_t tar_offset_ = 0;
    std::vector<FrameSizes> frames_;
    FrameCodec codec_;
    std::string content_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame_format.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ffdump {

/// A frame that was found whole, wherever it stands in a damaged archive.
struct FoundFrame {
    std::uint64_t file_at = 0;
    std::uint64_t tar_at = 0;
    FrameSizes sizes;
};

struct TarRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What is left of the tar stream of a damaged archive: the frames that are whole, by their place
/// in it. One thread; `file` must outlive it.
class TarPieces {
 public:
    /// Looks through the whole file. A frame is taken when it unpacks, its mark speaks of it, or it
    /// follows another without a gap. Returns false from `progress` to stop (`interrupted`).
    [[nodiscard]] static Result<TarPieces> find(File& file,
                                                const std::function<bool(std::uint64_t)>& progress);

    [[nodiscard]] const std::vector<FoundFrame>& frames() const noexcept { return frames_; }
    /// What is there of these bytes, in order; neighbours are joined.
    [[nodiscard]] std::vector<TarRange> runs(TarRange wanted) const;
    /// Bytes that are there; as many as one frame has of them.
    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t tar_at);
    /// All of them, or nothing when some are not there.
    [[nodiscard]] Result<std::optional<std::string>> bytes(TarRange wanted);

 private:
    TarPieces(File& file, std::vector<FoundFrame> frames);

    File* file_;
    std::vector<FoundFrame> frames_;  ///< in the order of the tar stream, none overlaps another
    std::string content_;
    std::optional<std::size_t> loaded_;
};

/// Bytes that are there, front to back.
[[nodiscard]] std::unique_ptr<ByteSource> make_run_source(TarPieces& pieces, TarRange run);

}  // namespace ffdump

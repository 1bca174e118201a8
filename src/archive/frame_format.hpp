// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Bytes of the tar stream in one frame at most. Damage costs a frame; small frames cost size (dump
/// text: 1 % more at 1 MiB than at 8) and an unpacker holds a whole one.
inline constexpr std::size_t kFrameContentBytes = std::size_t{8} << 20U;

/// Behind each frame stands a mark, a frame that zstd passes over: it says where the frame's
/// content belongs, and binds every bit of the frame (zstd's own checksum is of the content alone)
/// and of itself.
struct FrameMark {
    std::uint64_t tar_offset = 0;
    std::uint32_t content_bytes = 0;
    std::uint32_t packed_bytes = 0;
    std::string sha256;  ///< of the three numbers as they stand and the packed frame, hex

    /// Of a frame that is whole and the place of its content.
    [[nodiscard]] static FrameMark of(std::uint64_t tar_offset, std::uint32_t content_bytes,
                                      std::string_view frame);
    [[nodiscard]] std::string text() const;
    /// Of the first kMarkBytes of `bytes`; nothing when they are no mark.
    [[nodiscard]] static std::optional<FrameMark> parse(std::string_view bytes);
    friend bool operator==(const FrameMark&, const FrameMark&) = default;
};
inline constexpr std::size_t kMarkBytes = 8 + 8 + 4 + 4 + 64;

struct FrameSizes {
    std::uint32_t packed = 0;
    std::uint32_t content = 0;
};

/// The table at the end, as zstd's seekable format has it: frames and marks are its entries.
[[nodiscard]] std::string seek_table(const std::vector<FrameSizes>& frames);

/// Where a frame of an archive may begin.
[[nodiscard]] bool begins_frame(std::string_view bytes) noexcept;

/// Sizes of the frame that `bytes` begin with; nothing when it is none that pack writes (content of
/// a known size, at most kFrameContentBytes, with a checksum), or is not whole.
[[nodiscard]] std::optional<FrameSizes> measure_frame(std::string_view bytes);
/// More bytes than these no frame has.
[[nodiscard]] std::size_t most_packed_bytes();

/// Packs frames, each by itself. One thread.
class FrameCodec {
 public:
    /// `level` of zstd, from 1 to 19.
    explicit FrameCodec(int level = 1);
    ~FrameCodec();
    FrameCodec(const FrameCodec&) = delete;
    FrameCodec& operator=(const FrameCodec&) = delete;

    /// The frame, or nothing when zstd has no memory.
    [[nodiscard]] std::optional<std::string> pack(std::string_view content);
    /// Whether `content` now holds what measure_frame() promised.
    [[nodiscard]] bool unpack(std::string_view frame, std::string& content);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ffdump

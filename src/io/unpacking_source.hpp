// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/compression.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Of what the format allows, what is unpacked: a window of 128 MiB.
inline constexpr int kMostWindowLog = 27;
/// Bytes taken from a packed file at once.
inline constexpr std::size_t kPackedReadBytes = std::size_t{256} << 10U;

/// One library's decoder.
class Unpacker {
 public:
    struct Step {
        std::size_t used = 0;
        std::size_t made = 0;
        bool frame_ended = false;
        const char* problem = nullptr;
    };
    virtual ~Unpacker() = default;
    /// Without input only to get more of what it holds already.
    [[nodiscard]] virtual Step unpack(std::string_view in, std::span<char> out) = 0;
    [[nodiscard]] virtual const char* word() const noexcept = 0;
};

[[nodiscard]] std::unique_ptr<Unpacker> make_unpacker(Compression::Kind kind);

/// How far a packed file has been unpacked.
struct UnpackedPart {
    std::uint64_t frames = 0;  ///< begun
    std::uint64_t taken = 0;   ///< bytes of the file
    std::uint64_t made = 0;    ///< bytes that they hold

    /// zstd packs 2 GiB of zeros into 66 KB, gzip 1,030 : 1 at most; dumps are packed 1.5 : 1.
    [[nodiscard]] bool is_believed() const noexcept {
        constexpr std::uint64_t kMostRatio = 100;
        constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20U;
        return made <= (kMostRatio * taken) + kFreeBytes;
    }
};

/// Unpacks one frame after the other. `packed` must outlive it or be replaced by resume().
class UnpackingSource final : public ByteSource {
 public:
    UnpackingSource(ByteSource& packed, std::unique_ptr<Unpacker> unpacker, std::string name);

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override;
    [[nodiscard]] Result<void> skip(std::uint64_t count) override;

    /// One step of read(): 0 also where a frame ends, or when the decoder asks for more.
    [[nodiscard]] Result<std::size_t> read_on(std::span<char> out);
    [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
    [[nodiscard]] bool is_between_frames() const noexcept { return is_between_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] UnpackedPart part() const noexcept { return {frame_, taken_ + at_, made_}; }
    /// Bytes that were read from the file and not yet looked at; they are the caller's from then
    /// on.
    [[nodiscard]] std::string take_rest();
    /// Goes on between frames, with the next bytes of the file from `packed`.
    void resume(const UnpackedPart& part, ByteSource& packed);

 private:
    Result<void> fill();
    Result<std::size_t> step(std::span<char> out);
    [[nodiscard]] Error problem(std::string_view what) const;

    ByteSource* packed_;
    std::unique_ptr<Unpacker> unpacker_;
    std::string name_;
    std::vector<char> input_;
    std::size_t at_ = 0;       ///< in the input at hand
    std::size_t size_ = 0;     ///< of it
    std::uint64_t taken_ = 0;  ///< bytes before it
    std::uint64_t made_ = 0;
    std::uint64_t frame_ = 0;
    std::uint64_t frame_at_ = 0;
    bool is_between_ = true;  ///< of frames
    bool is_full_ = false;    ///< there may be more to get without input
    bool has_ended_ = false;
};

}  // namespace ffdump

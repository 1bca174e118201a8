// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frames_ahead.hpp"
#include "unpacking_source.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ffdump {

/// Reads on as `source` does, which must outlive it, and can be given an error to tell first.
class ErrorFirst final : public ByteSource {
 public:
    explicit ErrorFirst(ByteSource& source) : source_(source) {}
    /// Of reading before; told by the next read().
    void tell(Error error) { error_ = std::move(error); }
    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override;
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count);
    }

 private:
    ByteSource& source_;
    std::optional<Error> error_;
};

/// A file of many frames of zstd. The first frame, and whatever is out of the ordinary (damage, a
/// long frame, an end in the middle, a file that unpacks to too much), is unpacked one step after
/// the other as other files are, with the same bytes and errors; the rest by threads, which begin
/// only when there is enough to do. `packed` is read by the caller's thread alone, some frames
/// ahead of what is given out.
class ParallelUnpackingSource final : public ByteSource {
 public:
    ParallelUnpackingSource(ByteSource& packed, std::string name);

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override;
    [[nodiscard]] Result<void> skip(std::uint64_t count) override;

 private:
    /// 0: the serial one goes on.
    [[nodiscard]] std::size_t read_ahead(std::span<char> out);
    void hand_over();
    [[nodiscard]] bool take_frame();
    void read_packed();
    [[nodiscard]] bool start_threads();
    [[nodiscard]] UnpackedPart after(const FramesAhead::Run& run) const noexcept;
    void fall_back();

    ErrorFirst packed_;
    std::unique_ptr<ByteSource> joined_;  ///< what the serial one reads after a fall-back
    UnpackingSource serial_;

    enum class Way : std::uint8_t { first_frame, ahead, serial };
    Way way_ = Way::first_frame;
    UnpackedPart part_;         ///< given out, but for the run that is being given
    std::string buffer_;        ///< read and not handed over
    std::size_t cut_ = 0;       ///< bytes of whole frames at its beginning
    std::uint64_t frames_ = 0;  ///< so many
    bool has_ended_ = false;    ///< nothing more can be read
    bool is_stuck_ = false;     ///< nothing more can be handed over
    std::size_t given_ = 0;     ///< of the oldest run
    std::unique_ptr<FramesAhead> ahead_;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "frame_format.hpp"

#include "ffdump/io/sha256.hpp"

#include <zstd.h>

#include <limits>

namespace ffdump {
namespace {

constexpr std::uint32_t kFrameMagic = 0xFD2FB528U;
/// One of the sixteen that zstd passes over; the seek table has the last of them.
constexpr std::uint32_t kMarkMagic = 0x184D2A5DU;
constexpr std::uint32_t kTableMagic = 0x184D2A5EU;
constexpr std::uint32_t kSeekableMagic = 0x8F92EAB1U;
constexpr std::size_t kSkippableHeaderBytes = 8;
constexpr std::size_t kEntryBytes = 8;
constexpr std::size_t kFooterBytes = 9;
constexpr std::size_t kSha256Digits = 64;

template <class Number>
void put_number(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(number >> (8 * i))));
    }
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number number = 0;
    for (std::size_t i = sizeof(Number); i > 0; --i) {
        number = static_cast<Number>(number << 8U) | static_cast<unsigned char>(bytes[at + i - 1]);
    }
    return number;
}

struct PackerDeleter {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};
struct UnpackerDeleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

/// Bits of a frame's header that say nothing: zstd lets them be, here they are damage.
bool has_odd_bits(std::string_view frame) {
    constexpr unsigned kUnused = 0x18U;
    constexpr unsigned kChecksum = 0x04U;
    const auto descriptor = static_cast<unsigned char>(frame[4]);
    return (descriptor & kUnused) != 0 || (descriptor & kChecksum) == 0;
}

}  // namespace

FrameMark FrameMark::of(std::uint64_t tar_offset, std::uint32_t content_bytes,
                        std::string_view frame) {
    FrameMark mark;
    mark.tar_offset = tar_offset;
    mark.content_bytes = content_bytes;
    mark.packed_bytes = static_cast<std::uint32_t>(frame.size());
    Sha256 sha256;
    sha256.add(std::string_view(mark.text()).substr(kSkippableHeaderBytes));
    sha256.add(frame);
    mark.sha256 = sha256.hex();
    return mark;
}

std::string FrameMark::text() const {
    std::string out;
    put_number(out, kMarkMagic);
    put_number(out, static_cast<std::uint32_t>(kMarkBytes - kSkippableHeaderBytes));
    put_number(out, tar_offset);
    put_number(out, content_bytes);
    put_number(out, packed_bytes);
    return out + sha256;
}

std::optional<FrameMark> FrameMark::parse(std::string_view bytes) {
    if (bytes.size() < kMarkBytes || number_at<std::uint32_t>(bytes, 0) != kMarkMagic ||
        number_at<std::uint32_t>(bytes, 4) != kMarkBytes - kSkippableHeaderBytes) {
        return std::nullopt;
    }
    FrameMark mark;
    mark.tar_offset = number_at<std::uint64_t>(bytes, 8);
    mark.content_bytes = number_at<std::uint32_t>(bytes, 16);
    mark.packed_bytes = number_at<std::uint32_t>(bytes, 20);
    mark.sha256 = bytes.substr(kMarkBytes - kSha256Digits, kSha256Digits);
    return mark;
}

std::string seek_table(const std::vector<FrameSizes>& frames) {
    const std::size_t entries = frames.size() * 2;
    std::string out;
    put_number(out, kTableMagic);
    put_number(out, static_cast<std::uint32_t>((entries * kEntryBytes) + kFooterBytes));
    for (const FrameSizes& frame : frames) {
        put_number(out, frame.packed);
        put_number(out, frame.content);
        put_number(out, static_cast<std::uint32_t>(kMarkBytes));
        put_number(out, std::uint32_t{0});
    }
    put_number(out, static_cast<std::uint32_t>(entries));
    out.push_back('\0');
    put_number(out, kSeekableMagic);
    return out;
}

bool begins_frame(std::string_view bytes) noexcept {
    return bytes.size() >= 4 && number_at<std::uint32_t>(bytes, 0) == kFrameMagic;
}

std::size_t most_packed_bytes() {
    return ZSTD_compressBound(kFrameContentBytes);
}

std::optional<FrameSizes> measure_frame(std::string_view bytes) {
    constexpr std::size_t kLeastFrame = 6;
    if (bytes.size() < kLeastFrame || !begins_frame(bytes) || has_odd_bits(bytes)) {
        return std::nullopt;
    }
    const unsigned long long content = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (content == 0 || content > kFrameContentBytes) {  // unknown and unreadable are larger
        return std::nullopt;
    }
    const std::size_t packed = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
    if (ZSTD_isError(packed) != 0 || packed > most_packed_bytes()) {
        return std::nullopt;
    }
    return FrameSizes{static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(content)};
}

struct FrameCodec::State {
    std::unique_ptr<ZSTD_CCtx, PackerDeleter> packer;
    std::unique_ptr<ZSTD_DCtx, UnpackerDeleter> unpacker;
    int level = 1;
};

FrameCodec::FrameCodec(int level) : state_(std::make_unique<State>()) {
    state_->level = level;
}
FrameCodec::~FrameCodec() = default;

std::optional<std::string> FrameCodec::pack(std::string_view content) {
    if (!state_->packer) {
        state_->packer.reset(ZSTD_createCCtx());
    }
    ZSTD_CCtx* const context = state_->packer.get();
    if (context == nullptr) {
        return std::nullopt;
    }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, state_->level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    std::string frame(ZSTD_compressBound(content.size()), '\0');
    const std::size_t packed =
        ZSTD_compress2(context, frame.data(), frame.size(), content.data(), content.size());
    if (ZSTD_isError(packed) != 0) {
        return std::nullopt;
    }
    frame.resize(packed);
    return frame;
}

bool FrameCodec::unpack(std::string_view frame, std::string& content) {
    const std::optional<FrameSizes> sizes = measure_frame(frame);
    if (!state_->unpacker) {
        state_->unpacker.reset(ZSTD_createDCtx());
    }
    if (!sizes || state_->unpacker == nullptr) {
        return false;
    }
    content.resize(sizes->content);
    const std::size_t made = ZSTD_decompressDCtx(state_->unpacker.get(), content.data(),
                                                 content.size(), frame.data(), sizes->packed);
    return made == content.size();
}

}  // namespace ffdump

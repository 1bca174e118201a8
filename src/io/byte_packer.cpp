// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/compression.hpp"

#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <zlib.h>

namespace ffdump {
namespace {

/// Damage stays within a frame, and frames can be unpacked side by side.
constexpr std::size_t kFrameBytes = std::size_t{4} << 20U;
constexpr std::size_t kOutputBytes = 128U << 10U;

Error library_failed(std::string_view what) {
    return {Reason::internal_error, fmt::format("cannot pack the output: {}", what)};
}

class PlainPacker final : public BytePacker {
 public:
    [[nodiscard]] Result<void> add(std::string& out, std::string_view bytes) override {
        out.append(bytes);
        return {};
    }
    [[nodiscard]] Result<void> end_frame(std::string& /*out*/) override { return {}; }
    [[nodiscard]] Result<void> empty_frame(std::string& /*out*/) override { return {}; }
};

/// Cuts the content into frames.
class FramePacker : public BytePacker {
 public:
    [[nodiscard]] Result<void> add(std::string& out, std::string_view bytes) final {
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, kFrameBytes - in_frame_);
            if (Result<void> packed = pack(out, piece, End::no); !packed) {
                return packed;
            }
            in_frame_ += piece.size();
            bytes.remove_prefix(piece.size());
            if (in_frame_ == kFrameBytes) {
                if (Result<void> ended = end_frame(out); !ended) {
                    return ended;
                }
            }
        }
        return {};
    }
    [[nodiscard]] Result<void> end_frame(std::string& out) final {
        if (in_frame_ == 0) {
            return {};
        }
        in_frame_ = 0;
        return pack(out, {}, End::yes);
    }

    [[nodiscard]] Result<void> empty_frame(std::string& out) final {
        return pack(out, {}, End::yes);
    }

 protected:
    enum class End : bool { no, yes };
    [[nodiscard]] virtual Result<void> pack(std::string& out, std::string_view bytes, End end) = 0;

 private:
    std::size_t in_frame_ = 0;
};

struct ZstdDeleter {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

class ZstdPacker final : public FramePacker {
 public:
    explicit ZstdPacker(int level) : context_(ZSTD_createCCtx()) {
        if (context_ != nullptr) {
            ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
            ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
        }
    }

 protected:
    [[nodiscard]] Result<void> pack(std::string& out, std::string_view bytes, End end) override {
        if (context_ == nullptr) {
            return failed(library_failed("no memory"));
        }
        ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
        const ZSTD_EndDirective directive = end == End::yes ? ZSTD_e_end : ZSTD_e_continue;
        for (;;) {
            ZSTD_outBuffer into{output_.data(), output_.size(), 0};
            const std::size_t left = ZSTD_compressStream2(context_.get(), &into, &from, directive);
            if (ZSTD_isError(left) != 0) {
                return failed(library_failed(ZSTD_getErrorName(left)));
            }
            out.append(output_.data(), into.pos);
            if (end == End::yes ? left == 0 : from.pos == from.size) {
                return {};
            }
        }
    }

 private:
    std::unique_ptr<ZSTD_CCtx, ZstdDeleter> context_;
    std::array<char, kOutputBytes> output_{};
};

class GzipPacker final : public FramePacker {
 public:
    explicit GzipPacker(int level) {
        constexpr int kGzip = 16;
        constexpr int kMemory = 8;
        is_ready_ = deflateInit2(&stream_, level, Z_DEFLATED, MAX_WBITS + kGzip, kMemory,
                                 Z_DEFAULT_STRATEGY) == Z_OK;
    }
    ~GzipPacker() override { deflateEnd(&stream_); }
    GzipPacker(const GzipPacker&) = delete;
    GzipPacker& operator=(const GzipPacker&) = delete;

 protected:
    [[nodiscard]] Result<void> pack(std::string& out, std::string_view bytes, End end) override {
        if (!is_ready_) {
            return failed(library_failed("no memory"));
        }
        // zlib's own type; it does not write there.
        stream_.next_in = reinterpret_cast<Bytef*>(
            const_cast<char*>(bytes.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        stream_.avail_in = static_cast<uInt>(bytes.size());
        for (;;) {
            stream_.next_out = reinterpret_cast<Bytef*>(output_.data());
            stream_.avail_out = static_cast<uInt>(output_.size());
            const int code = deflate(&stream_, end == End::yes ? Z_FINISH : Z_NO_FLUSH);
            if (code == Z_STREAM_ERROR) {
                return failed(library_failed("zlib"));
            }
            out.append(output_.data(), output_.size() - stream_.avail_out);
            if (code == Z_STREAM_END) {
                deflateReset(&stream_);
                return {};
            }
            if (end == End::no && stream_.avail_in == 0) {
                return {};
            }
        }
    }

 private:
    z_stream stream_{};
    bool is_ready_ = false;
    std::array<char, kOutputBytes> output_{};
};

void append_little_endian(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        out += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
    }
}

/// A frame of zstd (RFC 8878, 3.1.1) with one block that is not compressed, which the library gives
/// at no level: it says the size of the content, and has a checksum.
std::string stored_zstd_frame(std::string_view bytes) {
    constexpr std::uint64_t kMagic = 0xFD2FB528U;
    constexpr unsigned kSingleSegment = 0x20U;
    constexpr unsigned kChecksum = 0x04U;
    constexpr unsigned kTwoByteSize = 0x40U;
    constexpr std::size_t kLeastOfTwo = 256;
    constexpr unsigned kLastBlock = 1U;
    const bool is_long = bytes.size() >= kLeastOfTwo;
    std::string frame;
    append_little_endian(frame, kMagic, 4);
    append_little_endian(frame, kSingleSegment | kChecksum | (is_long ? kTwoByteSize : 0U), 1);
    append_little_endian(frame, bytes.size() - (is_long ? kLeastOfTwo : 0), is_long ? 2 : 1);
    append_little_endian(frame, (bytes.size() << 3U) | kLastBlock, 3);
    frame += bytes;
    append_little_endian(frame, XXH64(bytes.data(), bytes.size(), 0), 4);
    return frame;
}

}  // namespace

std::unique_ptr<BytePacker> make_byte_packer(const Compression& compression) {
    switch (compression.kind) {
        case Compression::Kind::zstd:
            return std::make_unique<ZstdPacker>(compression.level);
        case Compression::Kind::gzip:
            return std::make_unique<GzipPacker>(compression.level);
        case Compression::Kind::none:
            break;
    }
    return std::make_unique<PlainPacker>();
}

Result<std::string> stored_frame(Compression::Kind kind, std::string_view bytes) {
    if (bytes.size() > kMostStoredBytes) {
        return failed(Error(Reason::record_too_large,
                            fmt::format("{} bytes stand before the records, which state how many "
                                        "there are, and {} may",
                                        bytes.size(), kMostStoredBytes))
                          .hint("convert the dump to a layout without a count in front"));
    }
    if (kind == Compression::Kind::zstd) {
        return stored_zstd_frame(bytes);
    }
    // zlib stores at level 0.
    const std::unique_ptr<BytePacker> packer = make_byte_packer({kind, 0});
    std::string frame;
    return packer->add(frame, bytes).and_then([&] { return packer->end_frame(frame); }).map([&] {
        return std::move(frame);
    });
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/compression.hpp"

#include <fmt/format.h>
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
    // zstd stores so few bytes as they are at any level, and zlib at level 0.
    const int level = kind == Compression::Kind::zstd ? 1 : 0;
    const std::unique_ptr<BytePacker> packer = make_byte_packer({kind, level});
    std::string frame;
    return packer->add(frame, bytes).and_then([&] { return packer->end_frame(frame); }).map([&] {
        return std::move(frame);
    });
}

}  // namespace ffdump

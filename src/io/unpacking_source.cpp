// SPDX-License-Identifier: Apache-2.0
#include "unpacking_source.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <zlib.h>

namespace ffdump {
namespace {

struct ZstdDeleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

class ZstdUnpacker final : public Unpacker {
 public:
    ZstdUnpacker() : context_(ZSTD_createDCtx()) {
        if (context_ != nullptr) {
            ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMostWindowLog);
        }
    }
    [[nodiscard]] Step unpack(std::string_view in, std::span<char> out) override {
        if (context_ == nullptr) {
            return {.problem = "no memory to unpack it"};
        }
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer into{out.data(), out.size(), 0};
        const std::size_t left = ZSTD_decompressStream(context_.get(), &into, &from);
        if (ZSTD_isError(left) != 0) {
            return {.problem = ZSTD_getErrorName(left)};
        }
        return {.used = from.pos, .made = into.pos, .frame_ended = left == 0};
    }
    [[nodiscard]] const char* word() const noexcept override { return "zstd frame"; }

 private:
    std::unique_ptr<ZSTD_DCtx, ZstdDeleter> context_;
};

class GzipUnpacker final : public Unpacker {
 public:
    GzipUnpacker() {
        constexpr int kGzipOnly = 16;
        is_ready_ = inflateInit2(&stream_, MAX_WBITS + kGzipOnly) == Z_OK;
    }
    ~GzipUnpacker() override { inflateEnd(&stream_); }
    GzipUnpacker(const GzipUnpacker&) = delete;
    GzipUnpacker& operator=(const GzipUnpacker&) = delete;

    [[nodiscard]] Step unpack(std::string_view in, std::span<char> out) override {
        if (!is_ready_) {
            return {.problem = "no memory to unpack it"};
        }
        const auto most = [](std::size_t size) {
            return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
        };
        // zlib's own type; it does not write there.
        stream_.next_in = reinterpret_cast<Bytef*>(
            const_cast<char*>(in.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        stream_.avail_in = most(in.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = most(out.size());
        const uInt had = stream_.avail_in;
        const uInt room = stream_.avail_out;
        const int code = inflate(&stream_, Z_NO_FLUSH);
        Step step{.used = had - stream_.avail_in, .made = room - stream_.avail_out};
        if (code == Z_STREAM_END) {
            step.frame_ended = true;
            inflateReset(&stream_);
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            step.problem = stream_.msg != nullptr ? stream_.msg : "damaged data";
        }
        return step;
    }
    [[nodiscard]] const char* word() const noexcept override { return "gzip member"; }

 private:
    z_stream stream_{};
    bool is_ready_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> make_unpacker(Compression::Kind kind) {
    if (kind == Compression::Kind::gzip) {
        return std::make_unique<GzipUnpacker>();
    }
    return std::make_unique<ZstdUnpacker>();
}

UnpackingSource::UnpackingSource(ByteSource& packed, std::unique_ptr<Unpacker> unpacker,
                                 std::string name)
    : packed_(&packed),
      unpacker_(std::move(unpacker)),
      name_(std::move(name)),
      input_(kPackedReadBytes) {}

Result<std::size_t> UnpackingSource::read(std::span<char> out) {
    while (!out.empty() && !has_ended_) {
        Result<std::size_t> made = read_on(out);
        if (!made || *made != 0) {
            return made;
        }
    }
    return 0;
}

Result<std::size_t> UnpackingSource::read_on(std::span<char> out) {
    // A full piece of output may not have been all that the input gave.
    Result<void> filled = is_full_ ? Result<void>() : fill();
    if (!filled) {
        return failed(std::move(filled.error()));
    }
    if (at_ == size_ && is_between_) {
        has_ended_ = true;
        return 0;
    }
    if (at_ == size_ && !is_full_) {
        return failed(problem("the file ends inside it"));
    }
    return step(out);
}

Result<void> UnpackingSource::skip(std::uint64_t count) {
    return read_over(*this, count).map_error([this](Error error) {
        return error.place().file.empty() ? std::move(error).at_file(name_) : std::move(error);
    });
}

std::string UnpackingSource::take_rest() {
    std::string rest(input_.data() + at_, size_ - at_);
    taken_ += at_;
    at_ = size_ = 0;
    return rest;
}

void UnpackingSource::resume(const UnpackedPart& part, ByteSource& packed) {
    packed_ = &packed;
    frame_ = part.frames;
    taken_ = part.taken;
    made_ = part.made;
    at_ = size_ = 0;
    is_between_ = true;
    is_full_ = false;
}

Result<void> UnpackingSource::fill() {
    if (at_ != size_) {
        return {};
    }
    return packed_->read(input_).map([this](std::size_t got) {
        taken_ += size_;
        at_ = 0;
        size_ = got;
    });
}

Result<std::size_t> UnpackingSource::step(std::span<char> out) {
    if (is_between_) {
        ++frame_;
        frame_at_ = taken_ + at_;
        is_between_ = false;
    }
    const Unpacker::Step step = unpacker_->unpack({input_.data() + at_, size_ - at_}, out);
    if (step.problem != nullptr) {
        return failed(problem(step.problem));
    }
    at_ += step.used;
    made_ += step.made;
    is_between_ = step.frame_ended;
    is_full_ = step.made == out.size() && !is_between_;
    if (!part().is_believed()) {
        return failed(problem("it unpacks to more than 100 times its size"));
    }
    return step.made;
}

Error UnpackingSource::problem(std::string_view what) const {
    return Error(Reason::source_unreadable,
                 fmt::format("{} {}, which begins at byte {}: {} (byte {} unpacked)",
                             unpacker_->word(), frame_, frame_at_, what, made_))
        .at_file(name_)
        .at_offset(taken_ + at_);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/compression.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>
#include <zlib.h>

namespace ffdump {
namespace {

constexpr std::size_t kInputBytes = 256U << 10U;
constexpr int kMostWindowLog = 27;
// zstd packs 2 GiB of zeros into 66 KB, gzip 1,030 : 1 at most; dumps are packed 1.5 : 1.
constexpr std::uint64_t kMostRatio = 100;
constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20U;

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

class UnpackingSource final : public ByteSource {
 public:
    UnpackingSource(ByteSource& packed, std::unique_ptr<Unpacker> unpacker, std::string name)
        : packed_(packed),
          unpacker_(std::move(unpacker)),
          name_(std::move(name)),
          input_(kInputBytes) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        for (;;) {
            if (out.empty() || has_ended_) {
                return 0;
            }
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
            Result<std::size_t> made = step(out);
            if (!made || *made != 0) {
                return made;
            }
        }
    }

    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count).map_error([this](Error error) {
            return error.place().file.empty() ? std::move(error).at_file(name_) : std::move(error);
        });
    }

 private:
    Result<void> fill() {
        if (at_ != size_) {
            return {};
        }
        return packed_.read(input_).map([this](std::size_t got) {
            taken_ += size_;
            at_ = 0;
            size_ = got;
        });
    }

    Result<std::size_t> step(std::span<char> out) {
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
        if (made_ > (kMostRatio * (taken_ + at_)) + kFreeBytes) {
            return failed(problem("it unpacks to more than 100 times its size"));
        }
        return step.made;
    }

    [[nodiscard]] Error problem(std::string_view what) const {
        return Error(Reason::source_unreadable,
                     fmt::format("{} {}, which begins at byte {}: {} (byte {} unpacked)",
                                 unpacker_->word(), frame_, frame_at_, what, made_))
            .at_file(name_)
            .at_offset(taken_ + at_);
    }

    ByteSource& packed_;
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

class CountedSource final : public ByteSource {
 public:
    explicit CountedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        Result<std::size_t> got = source_->read(out);
        bytes_ += got.value_or(0);
        return got;
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        Result<void> skipped = source_->skip(count);
        bytes_ += skipped ? count : 0;
        return skipped;
    }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
    std::unique_ptr<ByteSource> source_;
    std::uint64_t bytes_ = 0;
};

/// A file and what unpacks it, if it is packed.
class UnpackedFile final : public UnpackedFileSource {
 public:
    UnpackedFile(File& file, Compression::Kind kind)
        : file_(make_file_source(file)),
          unpacked_(kind == Compression::Kind::none
                        ? nullptr
                        : make_unpacking_source(file_, kind, file.path())),
          contents_(unpacked_ ? *unpacked_ : file_) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        return contents_.read(out);
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override { return contents_.skip(count); }
    [[nodiscard]] std::uint64_t file_bytes() const noexcept override { return file_.bytes(); }

 private:
    CountedSource file_;
    std::unique_ptr<ByteSource> unpacked_;
    ByteSource& contents_;
};

}  // namespace

std::unique_ptr<ByteSource> make_unpacking_source(ByteSource& packed, Compression::Kind kind,
                                                  std::string name) {
    std::unique_ptr<Unpacker> unpacker;
    if (kind == Compression::Kind::gzip) {
        unpacker = std::make_unique<GzipUnpacker>();
    } else {
        unpacker = std::make_unique<ZstdUnpacker>();
    }
    return std::make_unique<UnpackingSource>(packed, std::move(unpacker), std::move(name));
}

Result<Compression::Kind> compression_of_file(File& file) {
    constexpr std::size_t kMagicBytes = 4;
    std::array<char, kMagicBytes> begin{};
    return file.read_at(begin, 0).map(
        [&begin](std::size_t got) { return compression_of({begin.data(), got}); });
}

Result<std::unique_ptr<UnpackedFileSource>> make_unpacked_file_source(File& file) {
    return compression_of_file(file).map(
        [&file](Compression::Kind kind) -> std::unique_ptr<UnpackedFileSource> {
            return std::make_unique<UnpackedFile>(file, kind);
        });
}

}  // namespace ffdump

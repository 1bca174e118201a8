// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/random_bytes.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

// zstd's contrib/seekable_format: frames, then a skippable frame with the table of them.
constexpr std::uint32_t kSkippableMagic = 0x184D2A5EU;
constexpr std::uint32_t kSeekableMagic = 0x8F92EAB1U;
constexpr std::size_t kFooterBytes = 9;
constexpr std::size_t kSkippableHeaderBytes = 8;
constexpr std::uint32_t kMostFrames = 1U << 27U;

struct Frame {
    std::uint64_t packed_at = 0;
    std::uint64_t at = 0;  ///< in the unpacked bytes
    std::uint32_t packed_bytes = 0;
    std::uint32_t bytes = 0;
};

std::uint32_t word_at(const char* bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i) {
        value = (value << 8U) | static_cast<unsigned char>(bytes[i - 1]);
    }
    return value;
}

struct ContextDeleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

class SeekableZstd final : public RandomBytes {
 public:
    SeekableZstd(std::unique_ptr<RandomBytes> packed, std::vector<Frame> frames)
        : packed_(std::move(packed)), frames_(std::move(frames)), context_(ZSTD_createDCtx()) {}

    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        if (offset >= size() || out.empty()) {
            return 0;
        }
        const auto after = std::ranges::upper_bound(frames_, offset, {}, &Frame::at);
        const auto index = static_cast<std::size_t>(after - frames_.begin()) - 1;
        if (Result<void> loaded = load(index); !loaded) {
            return failed(std::move(loaded).error());
        }
        const std::size_t begin = offset - frames_[index].at;
        const std::size_t count = std::min(out.size(), unpacked_.size() - begin);
        std::copy_n(unpacked_.begin() + static_cast<std::ptrdiff_t>(begin), count, out.begin());
        return count;
    }
    [[nodiscard]] std::uint64_t size() const noexcept override {
        return frames_.empty() ? 0 : frames_.back().at + frames_.back().bytes;
    }

 private:
    Result<void> load(std::size_t index) {
        if (loaded_ == index) {
            return {};
        }
        loaded_.reset();
        const Frame& frame = frames_[index];
        std::vector<char> packed(frame.packed_bytes);
        for (std::size_t filled = 0; filled < packed.size();) {
            const Result<std::size_t> count =
                packed_->read_at(std::span(packed).subspan(filled), frame.packed_at + filled);
            if (!count) {
                return failed(count.error());
            }
            if (*count == 0) {
                return failed(Reason::storage_unreadable, "the archive is shorter than its table");
            }
            filled += *count;
        }
        unpacked_.resize(frame.bytes);
        const std::size_t made = ZSTD_decompressDCtx(
            context_.get(), unpacked_.data(), unpacked_.size(), packed.data(), packed.size());
        if (ZSTD_isError(made) != 0 || made != unpacked_.size()) {
            return failed(Reason::storage_unreadable, "a part of the archive cannot be unpacked");
        }
        loaded_ = index;
        return {};
    }

    std::unique_ptr<RandomBytes> packed_;
    std::vector<Frame> frames_;
    std::unique_ptr<ZSTD_DCtx, ContextDeleter> context_;
    std::optional<std::size_t> loaded_;
    std::vector<char> unpacked_;
};

/// All of `count` bytes at `offset`, or nothing.
std::optional<std::vector<char>> bytes_at(RandomBytes& source, std::uint64_t offset,
                                          std::size_t count) {
    std::vector<char> bytes(count);
    for (std::size_t filled = 0; filled < count;) {
        const Result<std::size_t> got =
            source.read_at(std::span(bytes).subspan(filled), offset + filled);
        if (!got || *got == 0) {
            return std::nullopt;
        }
        filled += *got;
    }
    return bytes;
}

/// Where the table's entries begin and how long one is.
struct TablePlace {
    std::uint64_t begin = 0;
    std::uint32_t frames = 0;
    std::size_t entry_bytes = 8;
};

std::optional<TablePlace> find_table(RandomBytes& file) {
    if (file.size() < kFooterBytes + kSkippableHeaderBytes) {
        return std::nullopt;
    }
    const auto footer = bytes_at(file, file.size() - kFooterBytes, kFooterBytes);
    if (!footer || word_at(footer->data() + 5) != kSeekableMagic) {
        return std::nullopt;
    }
    TablePlace place;
    place.frames = word_at(footer->data());
    constexpr unsigned kChecksums = 0x80U;
    const bool has_checksums = (static_cast<unsigned char>((*footer)[4]) & kChecksums) != 0;
    place.entry_bytes = has_checksums ? 12 : 8;
    const std::uint64_t table = std::uint64_t{place.frames} * place.entry_bytes + kFooterBytes;
    if (place.frames > kMostFrames || table + kSkippableHeaderBytes > file.size()) {
        return std::nullopt;
    }
    const auto header =
        bytes_at(file, file.size() - table - kSkippableHeaderBytes, kSkippableHeaderBytes);
    if (!header || word_at(header->data()) != kSkippableMagic ||
        word_at(header->data() + 4) != table) {
        return std::nullopt;
    }
    place.begin = file.size() - table;
    return place;
}

std::optional<std::vector<Frame>> read_table(RandomBytes& file, const TablePlace& place) {
    const auto table = bytes_at(file, place.begin, place.frames * place.entry_bytes);
    if (!table) {
        return std::nullopt;
    }
    std::vector<Frame> frames;
    frames.reserve(place.frames);
    Frame next;
    for (std::uint32_t i = 0; i < place.frames; ++i) {
        const char* const entry = table->data() + (i * place.entry_bytes);
        next.packed_bytes = word_at(entry);
        next.bytes = word_at(entry + 4);
        const bool is_inside = next.packed_at + next.packed_bytes <= place.begin;
        if (!is_inside || next.bytes > kMostFrameBytes) {
            return std::nullopt;
        }
        if (next.bytes != 0) {
            frames.push_back(next);
        }
        next.packed_at += next.packed_bytes;
        next.at += next.bytes;
    }
    return frames;
}

}  // namespace

Result<std::unique_ptr<RandomBytes>> open_seekable_zstd(FileSystem& files,
                                                        const std::string& path) {
    Result<std::unique_ptr<RandomBytes>> plain = open_plain_bytes(files, path);
    if (!plain) {
        return plain;
    }
    const std::optional<TablePlace> place = find_table(**plain);
    std::optional<std::vector<Frame>> frames = place ? read_table(**plain, *place) : std::nullopt;
    if (!frames) {
        return std::unique_ptr<RandomBytes>();
    }
    return std::make_unique<SeekableZstd>(std::move(*plain), std::move(*frames));
}

}  // namespace ffdump

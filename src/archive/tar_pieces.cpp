// SPDX-License-Identifier: Apache-2.0
#include "tar_pieces.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

constexpr std::string_view kFrameBegin("\x28\xb5\x2f\xfd", 4);

class FrameScan {
 public:
    FrameScan(File& file, std::uint64_t file_bytes) : file_(file), file_bytes_(file_bytes) {}

    Result<std::vector<FoundFrame>> run(const std::function<bool(std::uint64_t)>& progress) {
        for (;;) {
            if (Result<void> filled = fill(); !filled) {
                return failed(std::move(filled.error()));
            }
            if (window().empty()) {
                return std::move(frames_);
            }
            if (progress && !progress(at_)) {
                return failed(Reason::interrupted, "interrupted while looking through the archive");
            }
            const std::optional<std::uint64_t> taken = take_frame();
            at_ += taken ? *taken : step();
        }
    }

 private:
    /// From at_ on; as much as the largest frame has with its mark, unless the file ends before.
    [[nodiscard]] std::string_view window() const {
        return std::string_view(buffer_).substr(
            std::min<std::uint64_t>(at_ - buffer_at_, buffer_.size()));
    }

    /// Reads some frames at once: in a damaged stretch every few bytes are looked at.
    Result<void> fill() {
        constexpr std::size_t kFramesAtOnce = 4;
        const std::size_t needed = most_packed_bytes() + kMarkBytes;
        if (is_at_end_ || window().size() >= needed) {
            return {};
        }
        buffer_.erase(0, buffer_.size() - window().size());
        buffer_at_ = at_;
        const std::size_t kept = buffer_.size();
        // One more than there are, which tells that the file ends.
        const std::uint64_t left = file_bytes_ - std::min(file_bytes_, at_) + 1;
        buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(
            kFramesAtOnce * needed, std::max<std::uint64_t>(left, kept + 1))));
        const std::span<char> room = std::span(buffer_).subspan(kept);
        return file_.read_at(room, at_ + kept).map([&](std::size_t got) {
            is_at_end_ = got < room.size();
            buffer_.resize(kept + got);
        });
    }

    /// Bytes of the frame that begins here and can be taken, with its mark.
    std::optional<std::uint64_t> take_frame() {
        const std::string_view bytes = window();
        const std::optional<FrameSizes> sizes = measure_frame(bytes);
        if (!sizes || !codec_.unpack(bytes, content_)) {
            return std::nullopt;
        }
        const std::optional<FrameMark> mark = FrameMark::parse(bytes.substr(sizes->packed));
        const bool is_marked = mark && *mark == FrameMark::of(mark->tar_offset, sizes->content,
                                                              bytes.substr(0, sizes->packed));
        if (is_marked) {
            frames_.push_back({at_, mark->tar_offset, *sizes});
        } else if (at_ == expected_at_) {
            frames_.push_back({at_, expected_tar_, *sizes});
        } else {
            return sizes->packed;
        }
        // Where a mark is damaged, its length is not.
        expected_at_ = at_ + sizes->packed + kMarkBytes;
        expected_tar_ = frames_.back().tar_at + sizes->content;
        return is_marked ? sizes->packed + kMarkBytes : sizes->packed;
    }

    /// To the next place where a frame might begin.
    [[nodiscard]] std::uint64_t step() const {
        const std::string_view bytes = window();
        const std::size_t next = bytes.find(kFrameBegin, 1);
        if (next != std::string_view::npos) {
            return next;
        }
        const std::size_t kept = kFrameBegin.size() - 1;
        return bytes.size() > kept ? bytes.size() - kept : bytes.size();
    }

    File& file_;
    std::uint64_t file_bytes_;
    std::uint64_t at_ = 0;
    std::string buffer_;
    std::uint64_t buffer_at_ = 0;
    bool is_at_end_ = false;
    std::string content_;
    FrameCodec codec_;
    std::vector<FoundFrame> frames_;
    std::uint64_t expected_at_ = 0;
    std::uint64_t expected_tar_ = 0;
};

class RunSource final : public ByteSource {
 public:
    RunSource(TarPieces& pieces, TarRange run) : pieces_(pieces), run_(run) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        const std::uint64_t wanted = std::min<std::uint64_t>(out.size(), run_.end - run_.begin);
        if (wanted == 0) {
            return 0;
        }
        Result<std::size_t> got =
            pieces_.read_at(out.first(static_cast<std::size_t>(wanted)), run_.begin);
        if (got) {
            run_.begin += *got;
        }
        return got;
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count);
    }

 private:
    TarPieces& pieces_;
    TarRange run_;
};

}  // namespace

TarPieces::TarPieces(File& file, std::vector<FoundFrame> frames) : file_(&file) {
    std::ranges::sort(
        frames, {}, [](const FoundFrame& frame) { return std::pair(frame.tar_at, frame.file_at); });
    std::uint64_t end = 0;
    for (const FoundFrame& frame : frames) {
        if (frame.tar_at >= end) {
            frames_.push_back(frame);
            end = frame.tar_at + frame.sizes.content;
        }
    }
}

Result<TarPieces> TarPieces::find(File& file, const std::function<bool(std::uint64_t)>& progress) {
    const Result<FileIdentity> identity = file.identity();
    if (!identity) {
        return failed(identity.error());
    }
    return FrameScan(file, identity->size)
        .run(progress)
        .map(
            [&file](std::vector<FoundFrame> frames) { return TarPieces(file, std::move(frames)); });
}

std::vector<TarRange> TarPieces::runs(TarRange wanted) const {
    std::vector<TarRange> runs;
    for (const FoundFrame& frame : frames_) {
        const TarRange part{std::max(wanted.begin, frame.tar_at),
                            std::min(wanted.end, frame.tar_at + frame.sizes.content)};
        if (part.begin >= part.end) {
            continue;
        }
        if (!runs.empty() && runs.back().end == part.begin) {
            runs.back().end = part.end;
        } else {
            runs.push_back(part);
        }
    }
    return runs;
}

Result<std::size_t> TarPieces::read_at(std::span<char> out, std::uint64_t tar_at) {
    const auto after = std::ranges::upper_bound(frames_, tar_at, {}, &FoundFrame::tar_at);
    const auto index = static_cast<std::size_t>(after - frames_.begin()) - 1;
    const FoundFrame& frame = frames_.at(index);
    if (loaded_ != index) {
        std::string packed(frame.sizes.packed, '\0');
        Result<std::size_t> got = file_->read_at(packed, frame.file_at);
        if (!got) {
            return got;
        }
        packed.resize(*got);
        if (!FrameCodec().unpack(packed, content_)) {
            return failed(Error(Reason::source_changed, "the archive changed while it was read")
                              .at_file(file_->path()));
        }
        loaded_ = index;
    }
    const auto begin = static_cast<std::size_t>(tar_at - frame.tar_at);
    const std::size_t count = std::min(out.size(), content_.size() - begin);
    std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(begin), count, out.begin());
    return count;
}

Result<std::optional<std::string>> TarPieces::bytes(TarRange wanted) {
    const std::vector<TarRange> there = runs(wanted);
    if (there.size() != 1 || there.front().begin != wanted.begin ||
        there.front().end != wanted.end) {
        return std::nullopt;
    }
    std::string all(static_cast<std::size_t>(wanted.end - wanted.begin), '\0');
    for (std::size_t done = 0; done < all.size();) {
        Result<std::size_t> got = read_at(std::span(all).subspan(done), wanted.begin + done);
        if (!got) {
            return failed(std::move(got.error()));
        }
        done += *got;
    }
    return all;
}

std::unique_ptr<ByteSource> make_run_source(TarPieces& pieces, TarRange run) {
    return std::make_unique<RunSource>(pieces, run);
}

}  // namespace ffdump

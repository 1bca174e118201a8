// SPDX-License-Identifier: Apache-2.0
#include "frame_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ffdump {
namespace {

constexpr std::size_t kReadBytes = 256U << 10U;

}  // namespace

Error FrameReader::error(Reason reason, std::string_view what) const {
    return Error(reason, fmt::format("{} (frame {})", what, frames_.size() + 1))
        .at_file(name_)
        .at_offset(position_);
}

Result<void> FrameReader::fill(std::size_t wanted) {
    if (buffer_.size() - at_ >= wanted) {
        return {};
    }
    buffer_.erase(0, at_);
    at_ = 0;
    while (buffer_.size() < wanted) {
        const std::size_t before = buffer_.size();
        buffer_.resize(std::min(wanted, before + kReadBytes));
        Result<std::size_t> got = packed_.read({buffer_.data() + before, buffer_.size() - before});
        buffer_.resize(before + (got ? *got : 0));
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            break;
        }
    }
    return {};
}

void FrameReader::drop(std::size_t count) {
    at_ += count;
    position_ += count;
}

Result<std::string_view> FrameReader::next() {
    if (Result<void> filled = fill(most_packed_bytes() + kMarkBytes); !filled) {
        return failed(std::move(filled.error()));
    }
    if (!begins_frame(ahead())) {
        return finish().map([] { return std::string_view(); });
    }
    const std::optional<FrameSizes> sizes = measure_frame(ahead());
    const bool is_whole = sizes && ahead().size() >= sizes->packed + kMarkBytes;
    if (!is_whole) {
        const bool has_ended = ahead().size() < most_packed_bytes() + kMarkBytes;
        return failed(error(Reason::archive_damaged,
                            has_ended ? "the archive is damaged here, or cut off behind"
                                      : "the archive is damaged here"));
    }
    const std::string_view frame = ahead().substr(0, sizes->packed);
    const FrameMark expected = FrameMark::of(tar_offset_, sizes->content, frame);
    if (ahead().substr(sizes->packed, kMarkBytes) != expected.text()) {
        return failed(error(Reason::archive_damaged,
                            "a frame is not the one that its mark, behind it, speaks of"));
    }
    if (!codec_.unpack(frame, content_)) {
        return failed(error(Reason::archive_damaged, "a frame cannot be unpacked"));
    }
    drop(sizes->packed + kMarkBytes);
    tar_offset_ += sizes->content;
    frames_.push_back(*sizes);
    return std::string_view(content_);
}

Result<void> FrameReader::finish() {
    const std::string expected = seek_table(frames_);
    if (Result<void> filled = fill(expected.size() + 1); !filled) {
        return filled;
    }
    if (ahead().empty()) {
        return failed(error(Reason::archive_damaged, "the archive is cut off between two frames"));
    }
    if (!ahead().starts_with(expected)) {
        const bool is_cut = std::string_view(expected).starts_with(ahead());
        return failed(error(Reason::archive_damaged,
                            is_cut ? "the archive is cut off in its seek table"
                                   : "neither a frame nor the seek table of the frames before"));
    }
    drop(expected.size());
    if (!ahead().empty()) {
        return failed(error(Reason::archive_damaged, "bytes behind the archive's end"));
    }
    return {};
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"
#include "record_framing.hpp"

#include <algorithm>

namespace ffdump {
namespace {

class LineFraming final : public RecordFraming {
 public:
    LineFraming(const Profile& profile, const StatedReader& stated)
        : profile_(profile), stated_(stated) {}

    std::optional<std::size_t> header(std::string_view window, bool whole) override {
        const std::optional<std::size_t> mark = byte_order_mark(window, whole);
        if (!mark || !profile_.header) {
            return mark;
        }
        const std::size_t begin = skip_space(window, *mark);
        const std::size_t newline = window.find('\n', begin);
        if (!whole && newline == std::string_view::npos) {
            return std::nullopt;
        }
        const std::size_t end = newline == std::string_view::npos ? window.size() : newline + 1;
        const std::string_view line = trim_end(window.substr(begin, end - begin));
        return stated_.header_value(line) ? end : *mark;
    }

    Frame next(std::string_view window, bool whole, bool /*first*/) override {
        Frame frame;
        frame.lead = skip_space(window, 0);
        if (frame.lead == window.size()) {
            frame.kind = whole ? Frame::Kind::trailer : Frame::Kind::incomplete;
            return frame;
        }
        const std::size_t newline = window.find('\n', frame.lead);
        if (newline == std::string_view::npos && !whole) {
            return frame;
        }
        const std::size_t end = std::min(newline, window.size() - 1) + 1;
        frame.kind = Frame::Kind::record;
        frame.record = trim_end(window.substr(frame.lead, end - frame.lead)).size();
        frame.tail = end - frame.lead - frame.record;
        frame.unterminated = newline == std::string_view::npos;
        return profile_.trailer ? trailer_or(frame, window, whole) : frame;
    }

 private:
    /// The last line may be no record.
    [[nodiscard]] Frame trailer_or(Frame frame, std::string_view window, bool whole) const {
        const std::size_t end = frame.lead + frame.record + frame.tail;
        if (skip_space(window, end) != window.size()) {
            return frame;
        }
        if (!whole) {
            return {.lead = frame.lead};
        }
        if (stated_.trailer_value(window.substr(frame.lead, frame.record))) {
            frame.kind = Frame::Kind::trailer;
            frame.tail = window.size() - frame.lead - frame.record;
        }
        return frame;
    }

    const Profile& profile_;
    const StatedReader& stated_;
};

}  // namespace

std::unique_ptr<RecordFraming> make_line_framing(const Profile& profile,
                                                 const StatedReader& stated) {
    return std::make_unique<LineFraming>(profile, stated);
}

std::optional<std::size_t> byte_order_mark(std::string_view window, bool whole) noexcept {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (window.starts_with(kMark)) {
        return kMark.size();
    }
    if (!whole && kMark.starts_with(window)) {
        return std::nullopt;
    }
    return 0;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "loose_framing.hpp"

#include "json_scan.hpp"

namespace ffdump {

std::optional<std::size_t> LooseFraming::header(std::string_view window, bool whole) {
    const std::optional<std::size_t> mark = byte_order_mark(window, whole);
    if (!mark || !profile_.header) {
        return mark;
    }
    const std::size_t begin = skip_space(window, *mark);
    const std::size_t end = header_end(window, begin, whole);
    if (end == kNowhere) {
        return whole ? mark : std::nullopt;
    }
    return stated_.header_value(trim_end(window.substr(begin, end - begin))) ? end : *mark;
}

Frame LooseFraming::next(std::string_view window, bool whole, bool /*first*/) {
    Frame frame;
    frame.lead = skip_space(window, 0);
    if (frame.lead == window.size()) {
        frame.kind = whole ? Frame::Kind::trailer : Frame::Kind::incomplete;
        return frame;
    }
    frame = value_at(frame.lead, window, whole);
    const bool may_be_trailer = profile_.trailer && frame.kind == Frame::Kind::record;
    return may_be_trailer ? trailer_or(frame, window, whole) : frame;
}

/// The last value may be no record.
Frame LooseFraming::trailer_or(Frame frame, std::string_view window, bool whole) const {
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

// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"
#include "record_framing.hpp"

#include <algorithm>

namespace ffdump {
namespace {

class StreamFraming final : public RecordFraming {
 public:
    StreamFraming(const Profile& profile, const StatedReader& stated)
        : profile_(profile), stated_(stated) {}

    std::optional<std::size_t> header(std::string_view window, bool whole) override {
        const std::optional<std::size_t> mark = byte_order_mark(window, whole);
        if (!mark || !profile_.header) {
            return mark;
        }
        const std::size_t begin = skip_space(window, *mark);
        const std::size_t end = value_end(window, begin);
        if (end == kNowhere) {
            return whole ? mark : std::nullopt;
        }
        return stated_.header_value(window.substr(begin, end - begin)) ? end : *mark;
    }

    Frame next(std::string_view window, bool whole, bool /*first*/) override {
        Frame frame;
        frame.lead = skip_space(window, 0);
        if (frame.lead == window.size()) {
            frame.kind = whole ? Frame::Kind::trailer : Frame::Kind::incomplete;
            return frame;
        }
        if (window[frame.lead] != '{') {
            return no_object(frame, window, whole);
        }
        const std::size_t end = bracket_end(window, frame.lead);
        if (end == kNowhere) {
            return unfinished(frame, window, whole);
        }
        frame.kind = Frame::Kind::record;
        frame.record = end - frame.lead;
        return profile_.trailer ? trailer_or(frame, window, whole) : frame;
    }

 private:
    /// Something else than an object ends where the next object begins.
    static Frame no_object(Frame frame, std::string_view window, bool whole) {
        const std::size_t open = window.find('{', frame.lead);
        if (open == std::string_view::npos && !whole) {
            return frame;
        }
        frame.kind = Frame::Kind::bad;
        frame.record = std::min(open, window.size()) - frame.lead;
        frame.detail = "something stands between records";
        return frame;
    }

    static Frame unfinished(Frame frame, std::string_view window, bool whole) {
        if (whole) {
            frame.kind = Frame::Kind::bad;
            frame.record = window.size() - frame.lead;
            frame.is_runaway = true;
            frame.reason = Reason::record_torn;
            frame.detail = "the file ends inside a record";
        }
        return frame;
    }

    /// The last value may be no record.
    [[nodiscard]] Frame trailer_or(Frame frame, std::string_view window, bool whole) const {
        const std::size_t end = frame.lead + frame.record;
        if (skip_space(window, end) != window.size()) {
            return frame;
        }
        if (!whole) {
            return {.lead = frame.lead};
        }
        if (stated_.trailer_value(window.substr(frame.lead, frame.record))) {
            frame.kind = Frame::Kind::trailer;
            frame.tail = window.size() - end;
        }
        return frame;
    }

    const Profile& profile_;
    const StatedReader& stated_;
};

}  // namespace

std::unique_ptr<RecordFraming> make_stream_framing(const Profile& profile,
                                                   const StatedReader& stated) {
    return std::make_unique<StreamFraming>(profile, stated);
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"
#include "record_framing.hpp"

#include <algorithm>

namespace ffdump {
namespace {

class LineFraming final : public RecordFraming {
 public:
    std::optional<std::size_t> header(std::string_view window, bool whole) override {
        return byte_order_mark(window, whole);
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
        return frame;
    }
};

}  // namespace

std::unique_ptr<RecordFraming> make_line_framing() {
    return std::make_unique<LineFraming>();
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

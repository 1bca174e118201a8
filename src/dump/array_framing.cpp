// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"
#include "record_framing.hpp"

namespace ffdump {
namespace {

constexpr const char* kMismatch = "quotes or brackets do not match";
constexpr const char* kNoBracketAtEnd = "the file ends inside its array: no closing ]";

/// The bytes from a border on, while one frame is looked for in them.
class ArrayWindow {
 public:
    ArrayWindow(std::string_view text, bool whole) : text_(text), whole_(whole) {}

    /// The element that begins at `element`; a chunk begins at `lead`. `complaint` is what is wrong
    /// with it already, or null.
    [[nodiscard]] Frame element(std::size_t lead, std::size_t element,
                                const char* complaint) const {
        const bool is_object = text_[element] == '{';
        const std::size_t end =
            is_object ? bracket_end(text_, element) : element_border(text_, element);
        if (end == kNowhere) {
            return unfinished(lead);
        }
        Frame frame;
        if (complaint == nullptr && !is_object) {
            complaint = "an element is not an object";
        } else if (complaint == nullptr && text_[end - 1] != '}') {
            complaint = kMismatch;
            frame.is_runaway = true;
        }
        frame.kind = complaint == nullptr ? Frame::Kind::record : Frame::Kind::bad;
        frame.lead = lead;
        frame.record = trim_end(text_.substr(lead, end - lead)).size();
        frame.detail = complaint;
        return frame;
    }

    /// `]` at `bracket` and what follows it.
    [[nodiscard]] Frame closing(std::size_t bracket) const {
        const std::size_t rest = skip_space(text_, bracket + 1);
        if (!whole_) {
            return {.lead = bracket};
        }
        if (rest == text_.size()) {
            return {.kind = Frame::Kind::trailer,
                    .lead = bracket,
                    .record = 1,
                    .tail = rest - bracket - 1};
        }
        return {.kind = Frame::Kind::bad,
                .lead = bracket,
                .record = text_.size() - bracket,
                .final = true,
                .detail = "something follows the closing ] of the array"};
    }

    /// The file, or what is at hand of it, ends before the element that begins at `lead` does.
    [[nodiscard]] Frame unfinished(std::size_t lead) const {
        if (!whole_) {
            return {.lead = lead};
        }
        return {.kind = Frame::Kind::bad,
                .lead = lead,
                .record = text_.size() - lead,
                .final = true,
                .is_runaway = true,
                .reason = Reason::record_torn,
                .detail = kNoBracketAtEnd};
    }

    /// A comma at `comma` with no element behind it.
    [[nodiscard]] static Frame stray_comma(std::size_t comma) {
        return {.kind = Frame::Kind::bad,
                .lead = comma,
                .record = 1,
                .detail = "a comma has no record behind it"};
    }

    [[nodiscard]] bool ends_at(std::size_t at) const { return at == text_.size(); }
    [[nodiscard]] char operator[](std::size_t at) const { return text_[at]; }
    [[nodiscard]] std::size_t skip(std::size_t from) const { return skip_space(text_, from); }

 private:
    std::string_view text_;
    bool whole_;
};

class ArrayFraming final : public RecordFraming {
 public:
    explicit ArrayFraming(bool opened) : opened_(opened) {}

    std::optional<std::size_t> header(std::string_view window, bool whole) override {
        const std::optional<std::size_t> mark = byte_order_mark(window, whole);
        if (!mark) {
            return std::nullopt;
        }
        const std::size_t at = skip_space(window, *mark);
        if (at == window.size()) {
            return whole ? std::optional(at) : std::nullopt;
        }
        opened_ = window[at] == '[';
        return opened_ ? at + 1 : at;
    }

    Frame next(std::string_view text, bool whole, bool first) override {
        const ArrayWindow window(text, whole);
        if (first && !opened_) {
            return unopened(window);
        }
        const std::size_t at = window.skip(0);
        if (window.ends_at(at)) {
            return window.unfinished(at);
        }
        if (window[at] == ']') {
            return window.closing(at);
        }
        if (window[at] != ',') {
            return window.element(at, at, first ? nullptr : "no comma before a record");
        }
        const std::size_t behind = window.skip(at + 1);
        if (window.ends_at(behind)) {
            return window.unfinished(behind);
        }
        if (window[behind] == ',' || window[behind] == ']') {
            return ArrayWindow::stray_comma(at);
        }
        // A comma before the first element is part of the bad chunk: left out together, the next
        // record, which brings its own comma, becomes the first.
        return first ? window.element(at, behind, "a comma before the first record")
                     : window.element(behind, behind, nullptr);
    }

 private:
    /// The file's first record, where the header found no `[`.
    static Frame unopened(const ArrayWindow& window) {
        if (window.ends_at(0)) {
            return {.kind = Frame::Kind::trailer};
        }
        if (window[0] == ',' || window[0] == ']') {
            return {.kind = Frame::Kind::bad, .record = 1, .detail = kNotOpened};
        }
        return window.element(0, 0, kNotOpened);
    }

    static constexpr const char* kNotOpened = "the file does not begin with [";
    bool opened_;
};

}  // namespace

std::unique_ptr<RecordFraming> make_array_framing(bool resumed) {
    return std::make_unique<ArrayFraming>(resumed);
}

}  // namespace ffdump

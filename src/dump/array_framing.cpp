// SPDX-License-Identifier: Apache-2.0
#include "json_members.hpp"
#include "json_scan.hpp"
#include "record_framing.hpp"
#include "resync.hpp"

namespace ffdump {
namespace {

constexpr const char* kMismatch = "quotes or brackets do not match";
constexpr const char* kNoBracketAtEnd = "the file ends inside its array: no closing ]";

/// The bytes from a border on, while one frame is looked for in them.
class ArrayWindow {
 public:
    /// `object` when the array stands in one.
    ArrayWindow(std::string_view text, bool whole, const StatedReader* object)
        : text_(text), whole_(whole), object_(object) {}

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
        if (object_ != nullptr) {
            return closing_of_object(bracket);
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

    /// `]` at `bracket` of an array in an object: the object must end, and the file with it.
    [[nodiscard]] Frame closing_of_object(std::size_t bracket) const {
        const std::string_view text = trim_end(text_.substr(bracket));
        if (object_->ends_object(text)) {
            return {.kind = Frame::Kind::trailer,
                    .lead = bracket,
                    .record = text.size(),
                    .tail = text_.size() - bracket - text.size()};
        }
        const bool is_torn = object_->is_cut_off(text);
        return {.kind = Frame::Kind::bad,
                .lead = bracket,
                .record = text_.size() - bracket,
                .final = true,
                .reason = is_torn ? Reason::record_torn : Reason::record_malformed,
                .detail = is_torn ? "the file ends behind its array, inside the object"
                                  : "what follows the array of records does not end the object"};
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
    const StatedReader* object_;
};

class ArrayFraming final : public RecordFraming {
 public:
    ArrayFraming(const Profile& profile, const StatedReader& stated, FramingStart start)
        : profile_(profile),
          stated_(stated),
          object_(profile.container == Container::json_object ? &stated : nullptr),
          opened_(start == FramingStart::behind_header) {}

    std::optional<std::size_t> header(std::string_view window, bool whole) override {
        const std::optional<std::size_t> mark = byte_order_mark(window, whole);
        if (!mark) {
            return std::nullopt;
        }
        const std::size_t at = skip_space(window, *mark);
        if (at == window.size()) {
            return whole ? std::optional(at) : std::nullopt;
        }
        if (object_ != nullptr) {
            return header_of_object(window, at, whole);
        }
        opened_ = window[at] == '[';
        return opened_ ? at + 1 : at;
    }

    Frame next(std::string_view text, bool whole, bool first) override {
        const ArrayWindow window(text, whole, object_);
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

    [[nodiscard]] StatedValues header_values(std::string_view text) const override {
        return stated_.header(text);
    }
    [[nodiscard]] StatedValues trailer_values(std::string_view text) const override {
        return stated_.trailer(text);
    }
    [[nodiscard]] Lines lines() const noexcept override { return Lines::anywhere; }
    [[nodiscard]] std::optional<std::size_t> find_next(std::string_view bytes,
                                                       RecordParser& parser) const override {
        return find_next_record(bytes, parser);
    }

 private:
    /// Everything up to the array's bracket; nothing but what is before the object when it has
    /// none.
    std::optional<std::size_t> header_of_object(std::string_view window, std::size_t object,
                                                bool whole) {
        const MemberPlace place =
            find_member(window, object, profile_.records, SearchEnd::first_found);
        if (place.kind == MemberPlace::Kind::incomplete && !whole) {
            return std::nullopt;
        }
        opened_ = place.kind == MemberPlace::Kind::found && window[place.at] == '[';
        return opened_ ? place.at + 1 : object;
    }

    /// The file's first record, where the header found no `[`.
    [[nodiscard]] Frame unopened(const ArrayWindow& window) const {
        const char* const complaint = object_ == nullptr ? kNotOpened : kNoArray;
        if (window.ends_at(0)) {
            return {.kind = Frame::Kind::trailer};
        }
        if (window[0] == ',' || window[0] == ']') {
            return {.kind = Frame::Kind::bad, .record = 1, .detail = complaint};
        }
        return window.element(0, 0, complaint);
    }

    static constexpr const char* kNotOpened = "the file does not begin with [";
    static constexpr const char* kNoArray = "the object has no array where records are looked for";
    const Profile& profile_;
    const StatedReader& stated_;
    const StatedReader* object_;
    bool opened_;
};

}  // namespace

std::unique_ptr<RecordFraming> make_array_framing(const Profile& profile,
                                                  const StatedReader& stated, FramingStart start) {
    return std::make_unique<ArrayFraming>(profile, stated, start);
}

}  // namespace ffdump

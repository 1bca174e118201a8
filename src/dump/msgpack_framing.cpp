// SPDX-License-Identifier: Apache-2.0
#include "msgpack_stated.hpp"
#include "record_framing.hpp"
#include "record_parser.hpp"

#include "ffdump/record/msgpack_token.hpp"

namespace ffdump {
namespace {

constexpr const char* kMismatch = "the record is damaged: its sizes do not fit what follows";
constexpr const char* kNoRecord =
    "neither a map nor an array begins here, and no valid record was found behind it";

bool begins_container(std::string_view bytes) noexcept {
    return is_container(msgpack_kind(bytes.front()));
}

/// Records one after the other, each a map or an array; of msgpack_array the head of the array
/// around them is the header. How many there are is left to whoever knows the whole file.
class MsgpackFraming final : public RecordFraming {
 public:
    MsgpackFraming(const Profile& profile, FramingStart start)
        : profile_(profile),
          is_array_(profile.container == Container::msgpack_array),
          is_headless_(is_array_ && start == FramingStart::at_header) {}

    std::optional<std::size_t> header(std::string_view window, bool whole) override {
        if (window.empty()) {
            return whole ? std::optional<std::size_t>(0) : std::nullopt;
        }
        if (is_array_) {
            return head_of_array(window, whole);
        }
        if (!profile_.header) {
            return 0;
        }
        const MsgpackEnd end = msgpack_end(window);
        if (end.kind == MsgpackEnd::Kind::incomplete && !whole) {
            return std::nullopt;
        }
        const bool is_header =
            end.kind == MsgpackEnd::Kind::found &&
            is_stated_by_msgpack(profile_, *profile_.header, window.substr(0, end.at));
        return is_header ? end.at : 0;
    }

    Frame next(std::string_view window, bool whole, bool first) override {
        if (window.empty()) {
            return {.kind = whole ? Frame::Kind::trailer : Frame::Kind::incomplete};
        }
        if (first && is_headless_) {
            return damaged(window, whole, "the file does not begin with an array");
        }
        if (!begins_container(window)) {
            return damaged(window, whole, kNoRecord);
        }
        const MsgpackEnd end = msgpack_end(window);
        switch (end.kind) {
            case MsgpackEnd::Kind::incomplete:
                return torn(window, whole);
            case MsgpackEnd::Kind::malformed:
                return damaged(window, whole, "a byte in the record begins no value of msgpack");
            case MsgpackEnd::Kind::found:
                break;
        }
        return trailer_or_record(window, whole, end.at);
    }

    [[nodiscard]] StatedValues header_values(std::string_view text) const override {
        if (is_array_) {
            return counted(text);
        }
        return profile_.header ? stated_by_msgpack(text, *profile_.header) : StatedValues{};
    }
    [[nodiscard]] StatedValues trailer_values(std::string_view text) const override {
        return profile_.trailer ? stated_by_msgpack(text, *profile_.trailer) : StatedValues{};
    }
    [[nodiscard]] Lines lines() const noexcept override { return Lines::none; }
    [[nodiscard]] bool may_swallow() const noexcept override { return true; }
    [[nodiscard]] const char* mismatch() const noexcept override { return kMismatch; }
    [[nodiscard]] std::optional<std::size_t> find_next(std::string_view bytes,
                                                       RecordParser& parser) const override;

 private:
    std::optional<std::size_t> head_of_array(std::string_view window, bool whole) {
        const std::optional<MsgpackHead> head = msgpack_head(window);
        if (!head && !whole) {
            return std::nullopt;
        }
        is_headless_ = !head || head->kind != MsgpackKind::array;
        return is_headless_ ? 0 : head->bytes;
    }

    /// The array's head states how many records there are.
    static StatedValues counted(std::string_view head) {
        StatedValues values;
        if (!head.empty()) {
            values.count = ByteRange{.begin = 0, .size = static_cast<std::uint32_t>(head.size())};
        }
        return values;
    }

    [[nodiscard]] Frame trailer_or_record(std::string_view window, bool whole,
                                          std::size_t end) const {
        const bool is_last = end == window.size();
        if (is_last && !whole) {
            return {};  // what follows tells whether this is one
        }
        const bool may_be_trailer = profile_.trailer && is_last;
        const bool is_trailer = may_be_trailer && is_stated_by_msgpack(profile_, *profile_.trailer,
                                                                       window.substr(0, end));
        return {.kind = is_trailer ? Frame::Kind::trailer : Frame::Kind::record,
                .record = end,
                .is_doubtful = !is_last && !begins_container(window.substr(end))};
    }

    /// Nothing tells where the record ends: all that is left, unless a valid record is found in it.
    [[nodiscard]] static Frame damaged(std::string_view window, bool whole, const char* detail) {
        if (!whole) {
            return {};
        }
        return {.kind = Frame::Kind::bad,
                .record = window.size(),
                .is_runaway = true,
                .detail = detail};
    }
    [[nodiscard]] static Frame torn(std::string_view window, bool whole) {
        Frame frame = damaged(window, whole, "the file ends inside a record");
        frame.reason = Reason::record_torn;
        return frame;
    }

    const Profile& profile_;
    bool is_array_;
    bool is_headless_;
};

/// Any byte may begin a record: what counts is that a whole valid one does, and that the file ends
/// behind it or another may begin.
std::optional<std::size_t> MsgpackFraming::find_next(std::string_view bytes,
                                                     RecordParser& parser) const {
    constexpr std::size_t kMostPasses = 8;
    std::size_t budget = kMostPasses * bytes.size();
    for (std::size_t at = 1; at < bytes.size(); ++at) {
        const std::string_view rest = bytes.substr(at);
        const std::optional<MsgpackHead> head = msgpack_head(rest);
        // Each value takes a byte: random bytes often claim more of them than there are.
        if (!head || !head->is_container() || head->count > rest.size()) {
            continue;
        }
        const MsgpackEnd end = msgpack_end(rest);
        const std::size_t cost = 2 * end.tokens;
        if (cost > budget) {
            return std::nullopt;
        }
        budget -= cost;
        const bool may_be_record = end.kind == MsgpackEnd::Kind::found &&
                                   (end.at == rest.size() || begins_container(rest.substr(end.at)));
        RecordSpan unused;
        if (may_be_record && !parser.parse({.bytes = rest.data(),
                                            .size = end.at,
                                            .capacity = rest.size() + RecordParser::kPadding,
                                            .begin = 0},
                                           unused)) {
            return at;
        }
    }
    return std::nullopt;
}

}  // namespace

std::unique_ptr<RecordFraming> make_msgpack_framing(const Profile& profile, FramingStart start) {
    return std::make_unique<MsgpackFraming>(profile, start);
}

}  // namespace ffdump

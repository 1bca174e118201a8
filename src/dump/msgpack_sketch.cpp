// SPDX-License-Identifier: Apache-2.0
#include "msgpack_sketch.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ffdump {
namespace {

constexpr std::size_t kMostFields = 40;
constexpr std::size_t kMostLevels = 4;
constexpr std::size_t kLongestKey = 40;
/// More elements are no record but a vector.
constexpr std::uint64_t kMostPlaces = 32;

bool is_array_of_numbers(const MsgpackHead& head) {
    return head.kind == MsgpackKind::array && head.count > kMostPlaces;
}

/// Walks msgpack without believing that it is any: every step moves on or stops.
class Sketcher {
 public:
    Sketcher(std::string_view bytes, std::vector<std::string>& top_keys)
        : bytes_(bytes), top_keys_(top_keys) {}

    std::string value(std::size_t level) {
        const std::optional<MsgpackHead> head = msgpack_head(rest());
        if (!head || head->kind == MsgpackKind::unused) {
            at_ = bytes_.size();
            return "...";
        }
        if (head->is_container() && level < kMostLevels && !is_array_of_numbers(*head)) {
            at_ += head->bytes;
            return container(*head, level);
        }
        const std::string kind = kind_of_msgpack(rest());
        const MsgpackEnd end = msgpack_end(rest());
        at_ = end.kind == MsgpackEnd::Kind::found ? at_ + end.at : bytes_.size();
        return kind;
    }

 private:
    [[nodiscard]] std::string_view rest() const { return bytes_.substr(at_); }

    std::string container(const MsgpackHead& head, std::size_t level) {
        const bool is_map = head.kind == MsgpackKind::map;
        std::string out = is_map ? "{" : "[";
        const std::uint64_t count = is_map ? head.count / 2 : head.count;
        for (std::uint64_t i = 0; i < count; ++i) {
            out += i == 0 ? "" : ", ";
            if (fields_++ >= kMostFields || at_ == bytes_.size()) {
                at_ = bytes_.size();
                return out + "...";
            }
            const std::string name = is_map ? key() : std::to_string(i);
            if (level == 0) {
                top_keys_.push_back(name);
            }
            out += printable(name.substr(0, kLongestKey)) + " " + value(level + 1);
        }
        return out + (is_map ? "}" : "]");
    }

    std::string key() {
        const MsgpackEnd end = msgpack_end(rest());
        const std::size_t size = end.kind == MsgpackEnd::Kind::found ? end.at : bytes_.size() - at_;
        const std::string_view token = rest().substr(0, size);
        at_ += size;
        const std::optional<std::string_view> text = msgpack_bytes(token);
        return text ? std::string(*text) : "(" + kind_of_msgpack(token) + ")";
    }

    std::string_view bytes_;
    std::vector<std::string>& top_keys_;
    std::size_t at_ = 0;
    std::size_t fields_ = 0;
};

}  // namespace

bool begins_msgpack(std::string_view prefix) noexcept {
    return !prefix.empty() && is_container(msgpack_kind(prefix.front()));
}

FirstOfMsgpack first_of_msgpack(std::string_view prefix) noexcept {
    const std::optional<MsgpackHead> head = msgpack_head(prefix);
    if (head && head->kind == MsgpackKind::array && head->count != 0) {
        const std::string_view inner = prefix.substr(head->bytes);
        const std::optional<MsgpackHead> first = msgpack_head(inner);
        if (first && first->is_container()) {
            return {inner, true};
        }
    }
    return {prefix, false};
}

RecordSketch sketch_msgpack(std::string_view bytes) {
    RecordSketch sketch;
    sketch.text = Sketcher(bytes, sketch.top_keys).value(0);
    return sketch;
}

std::string kind_of_msgpack(std::string_view value) {
    const MsgpackHead head = msgpack_head(value).value_or(MsgpackHead{});
    switch (head.kind) {
        case MsgpackKind::nil:
            return "nil";
        case MsgpackKind::boolean:
            return "true or false";
        case MsgpackKind::positive:
        case MsgpackKind::negative:
            return fmt::format("number of {} bytes", head.bytes + head.count);
        case MsgpackKind::float32:
            return "float32";
        case MsgpackKind::float64:
            return "float64";
        case MsgpackKind::str:
            return fmt::format("str of {} bytes", head.count);
        case MsgpackKind::bin:
            return fmt::format("bin of {} bytes", head.count);
        case MsgpackKind::ext:
            return fmt::format("ext of {} bytes", head.count - 1);
        case MsgpackKind::array:
            return fmt::format("array of {}", head.count);
        case MsgpackKind::map:
            return fmt::format("map of {}", head.count / 2);
        case MsgpackKind::unused:
            break;
    }
    return "no value";
}

}  // namespace ffdump

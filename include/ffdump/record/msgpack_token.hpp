// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/msgpack_first_byte.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

// Borders of msgpack values (github.com/msgpack/msgpack/blob/master/spec.md), found without
// unpacking them: what is copied must keep the widths, types and prefixes that its writer chose.

/// What the first bytes of a value say.
struct MsgpackHead {
    MsgpackKind kind = MsgpackKind::unused;
    std::uint8_t bytes = 1;   ///< of the head itself
    std::uint64_t count = 0;  ///< bytes behind the head; of an array its elements, of a map its
                              ///< keys and values together
    [[nodiscard]] bool is_container() const noexcept { return ffdump::is_container(kind); }
};

/// What the first byte of a value says alone.
[[nodiscard]] inline MsgpackKind msgpack_kind(char first) noexcept {
    return kMsgpackFirstBytes[static_cast<unsigned char>(first)].kind;
}

/// Of the value that `bytes` begin with; nothing when they end inside the head.
/// Inline: asked twice for each value of a dump.
[[nodiscard]] inline std::optional<MsgpackHead> msgpack_head(std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return std::nullopt;
    }
    const MsgpackFirstByte first = kMsgpackFirstBytes[static_cast<unsigned char>(bytes.front())];
    MsgpackHead head{first.kind, static_cast<std::uint8_t>(1 + first.width), first.count};
    if (first.width == 0) {
        return head;
    }
    if (bytes.size() < head.bytes) {
        return std::nullopt;
    }
    for (std::size_t i = 1; i <= first.width; ++i) {
        head.count = (head.count << 8U) | static_cast<unsigned char>(bytes[i]);
    }
    if (first.kind == MsgpackKind::map) {
        head.count *= 2;
    } else if (first.kind == MsgpackKind::ext) {
        ++head.count;
    }
    return head;
}

/// Where a value ends, nested ones with it, whatever their depth: no recursion and no memory.
struct MsgpackEnd {
    enum class Kind : std::uint8_t {
        found,
        incomplete,  ///< `bytes` end first
        malformed,   ///< a byte that begins no value, at `at`
    };
    Kind kind = Kind::incomplete;
    std::size_t at = 0;      ///< one after the value
    std::size_t tokens = 0;  ///< values that were passed
};
[[nodiscard]] MsgpackEnd msgpack_end(std::string_view bytes) noexcept;

/// The bytes of the str or bin that is all of `token`; nothing for another one.
[[nodiscard]] std::optional<std::string_view> msgpack_bytes(std::string_view token) noexcept;
/// The whole number from 0 to 2^64-1 that is all of `token`.
[[nodiscard]] std::optional<std::uint64_t> msgpack_number(std::string_view token) noexcept;

/// Appends `payload` as `old`, a str or bin, was written: the same type; the shortest prefix where
/// the old one was the shortest for its size, else one as wide, or as wide as the size needs.
void append_msgpack_bytes(std::string& out, std::string_view payload, std::string_view old);
/// Appends a number as `old`, a number, was written: as wide, signed or not, where it fits.
void append_msgpack_number(std::string& out, std::uint64_t number, std::string_view old);
/// The head of an array of `count` elements with as many bytes as `old`, the head of another one;
/// nothing when it has no room for them.
[[nodiscard]] std::optional<std::string> msgpack_array_head(std::uint64_t count,
                                                            std::string_view old);

}  // namespace ffdump

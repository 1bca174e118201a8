// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/msgpack_token.hpp"

#include <limits>

namespace ffdump {
namespace {

using Kind = MsgpackKind;

constexpr std::uint8_t kStr8 = 0xD9;
constexpr std::uint8_t kBin8 = 0xC4;
constexpr std::uint8_t kFixStr = 0xA0;
constexpr std::uint8_t kArray16 = 0xDC;
constexpr std::size_t kMostFixStr = 31;

std::uint64_t big_endian(std::string_view bytes) noexcept {
    std::uint64_t number = 0;
    for (const char byte : bytes) {
        number = (number << 8U) | static_cast<unsigned char>(byte);
    }
    return number;
}

void append_big_endian(std::string& out, std::uint64_t number, std::size_t width) {
    for (std::size_t i = width; i > 0; --i) {
        out += static_cast<char>((number >> (8 * (i - 1))) & 0xFFU);
    }
}

constexpr std::uint64_t most_of(std::size_t width) noexcept {
    return width == 8 ? std::numeric_limits<std::uint64_t>::max() : (1ULL << (8 * width)) - 1;
}

/// Bytes of the size in the shortest prefix of a str or bin; 0: it stands in the first byte.
std::size_t shortest_width(Kind kind, std::size_t size) noexcept {
    if (kind == Kind::str && size <= kMostFixStr) {
        return 0;
    }
    for (const std::size_t width : {std::size_t{1}, std::size_t{2}}) {
        if (size <= most_of(width)) {
            return width;
        }
    }
    return 4;
}

/// The first byte of those that lie side by side for widths of 1, 2, 4 and 8 bytes.
char of_width(std::uint8_t narrowest, std::size_t width) noexcept {
    const std::size_t step = width == 8 ? 3 : width / 2;
    return static_cast<char>(narrowest + step);
}

}  // namespace

MsgpackEnd msgpack_end(std::string_view bytes) noexcept {
    MsgpackEnd end;
    // At most 2^33 more for each of at most 2^31 bytes: the sum cannot overflow.
    for (std::uint64_t due = 1; due != 0; --due) {
        const std::optional<MsgpackHead> head = msgpack_head(bytes.substr(end.at));
        if (!head) {
            return end;
        }
        if (head->kind == Kind::unused) {
            end.kind = MsgpackEnd::Kind::malformed;
            return end;
        }
        ++end.tokens;
        end.at += head->bytes;
        if (head->is_container()) {
            due += head->count;
        } else if (head->count > bytes.size() - end.at) {
            return end;
        } else {
            end.at += static_cast<std::size_t>(head->count);
        }
    }
    end.kind = MsgpackEnd::Kind::found;
    return end;
}

std::optional<std::string_view> msgpack_bytes(std::string_view token) noexcept {
    const std::optional<MsgpackHead> head = msgpack_head(token);
    const bool is_bytes = head && (head->kind == Kind::str || head->kind == Kind::bin) &&
                          head->count == token.size() - head->bytes;
    return is_bytes ? std::optional(token.substr(head->bytes)) : std::nullopt;
}

std::optional<std::uint64_t> msgpack_number(std::string_view token) noexcept {
    const std::optional<MsgpackHead> head = msgpack_head(token);
    if (!head || token.size() != head->bytes + head->count) {
        return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(token.front());
    if (head->kind == Kind::positive) {
        return token.size() == 1 ? first : big_endian(token.substr(1));
    }
    // A signed type may hold a number that is none below 0.
    const bool is_below = token.size() == 1 || (static_cast<unsigned char>(token[1]) & 0x80U) != 0;
    return head->kind == Kind::negative && !is_below ? std::optional(big_endian(token.substr(1)))
                                                     : std::nullopt;
}

void append_msgpack_bytes(std::string& out, std::string_view payload, std::string_view old) {
    const MsgpackHead head = msgpack_head(old).value_or(MsgpackHead{Kind::str, 1, 0});
    const Kind kind = head.kind == Kind::bin ? Kind::bin : Kind::str;
    const std::size_t old_width = head.bytes - 1U;
    const bool was_shortest =
        old_width == shortest_width(kind, static_cast<std::size_t>(head.count));
    const std::size_t needed = shortest_width(kind, payload.size());
    const std::size_t width = was_shortest || needed > old_width ? needed : old_width;
    if (width == 0) {
        out += static_cast<char>(kFixStr | payload.size());
    } else {
        out += of_width(kind == Kind::bin ? kBin8 : kStr8, width);
        append_big_endian(out, payload.size(), width);
    }
    out += payload;
}

void append_msgpack_number(std::string& out, std::uint64_t number, std::string_view old) {
    constexpr std::uint8_t kUint8 = 0xCC;
    constexpr std::uint8_t kInt8 = 0xD0;
    constexpr std::uint64_t kMostFixed = 0x7F;
    const std::size_t old_width = old.empty() ? 0 : old.size() - 1;
    const MsgpackHead head = msgpack_head(old).value_or(MsgpackHead{Kind::positive, 1, 0});
    if (head.kind == Kind::negative && old_width != 0 && number <= most_of(old_width) / 2) {
        out += of_width(kInt8, old_width);
        append_big_endian(out, number, old_width);
        return;
    }
    if (old_width == 0 && number <= kMostFixed) {
        out += static_cast<char>(number);
        return;
    }
    std::size_t width = old_width == 0 ? 1 : old_width;
    while (number > most_of(width)) {
        width *= 2;
    }
    out += of_width(kUint8, width);
    append_big_endian(out, number, width);
}

std::optional<std::string> msgpack_array_head(std::uint64_t count, std::string_view old) {
    constexpr std::uint64_t kMostFixed = 15;
    const std::size_t width = old.empty() ? 0 : old.size() - 1;
    if (count > (width == 0 ? kMostFixed : most_of(width))) {
        return std::nullopt;
    }
    std::string head;
    if (width == 0) {
        head += static_cast<char>(0x90U | count);
        return head;
    }
    head += static_cast<char>(kArray16 + (width == 2 ? 0 : 1));
    append_big_endian(head, count, width);
    return head;
}

}  // namespace ffdump

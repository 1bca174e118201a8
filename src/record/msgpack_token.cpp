// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/msgpack_token.hpp"

#include <array>
#include <limits>

namespace ffdump {
namespace {

using Kind = MsgpackKind;

/// What a first byte says: a size of `width` bytes follows it, or `count` holds.
struct FirstByte {
    Kind kind = Kind::unused;
    std::uint8_t width = 0;
    std::uint8_t count = 0;
};

constexpr std::uint8_t kStr8 = 0xD9;
constexpr std::uint8_t kBin8 = 0xC4;
constexpr std::uint8_t kFixStr = 0xA0;
constexpr std::uint8_t kArray16 = 0xDC;
constexpr std::size_t kMostFixStr = 31;

constexpr std::array<FirstByte, 32> kSpecial = {{
    {Kind::nil},
    {Kind::unused},
    {Kind::boolean},
    {Kind::boolean},
    {Kind::bin, 1},
    {Kind::bin, 2},
    {Kind::bin, 4},
    {Kind::ext, 1},
    {Kind::ext, 2},
    {Kind::ext, 4},
    {Kind::float32, 0, 4},
    {Kind::float64, 0, 8},
    {Kind::positive, 0, 1},
    {Kind::positive, 0, 2},
    {Kind::positive, 0, 4},
    {Kind::positive, 0, 8},
    {Kind::negative, 0, 1},
    {Kind::negative, 0, 2},
    {Kind::negative, 0, 4},
    {Kind::negative, 0, 8},
    {Kind::ext, 0, 2},
    {Kind::ext, 0, 3},
    {Kind::ext, 0, 5},
    {Kind::ext, 0, 9},
    {Kind::ext, 0, 17},
    {Kind::str, 1},
    {Kind::str, 2},
    {Kind::str, 4},
    {Kind::array, 2},
    {Kind::array, 4},
    {Kind::map, 2},
    {Kind::map, 4},
}};

constexpr std::array<FirstByte, 256> first_bytes() {
    std::array<FirstByte, 256> all{};
    for (unsigned byte = 0; byte < all.size(); ++byte) {
        const auto low4 = static_cast<std::uint8_t>(byte & 0x0FU);
        const auto low5 = static_cast<std::uint8_t>(byte & 0x1FU);
        if (byte < 0x80U) {
            all.at(byte) = {Kind::positive};
        } else if (byte < 0x90U) {
            all.at(byte) = {Kind::map, 0, static_cast<std::uint8_t>(2 * low4)};
        } else if (byte < 0xA0U) {
            all.at(byte) = {Kind::array, 0, low4};
        } else if (byte < 0xC0U) {
            all.at(byte) = {Kind::str, 0, low5};
        } else if (byte < 0xE0U) {
            all.at(byte) = kSpecial.at(low5);
        } else {
            all.at(byte) = {Kind::negative};
        }
    }
    return all;
}
constexpr std::array<FirstByte, 256> kFirstBytes = first_bytes();

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

std::optional<MsgpackHead> msgpack_head(std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return std::nullopt;
    }
    const FirstByte& first = kFirstBytes[static_cast<unsigned char>(bytes.front())];
    MsgpackHead head{first.kind, static_cast<std::uint8_t>(1 + first.width), first.count};
    if (bytes.size() < head.bytes) {
        return std::nullopt;
    }
    if (first.width != 0) {
        head.count = big_endian(bytes.substr(1, first.width));
        if (first.kind == Kind::map) {
            head.count *= 2;
        } else if (first.kind == Kind::ext) {
            ++head.count;
        }
    }
    return head;
}

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

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace ffdump {

enum class MsgpackKind : std::uint8_t {
    nil,
    boolean,
    positive,  ///< positive fixint, uint 8 to 64
    negative,  ///< negative fixint, int 8 to 64, whatever their sign
    float32,
    float64,
    str,
    bin,
    ext,  ///< the payload begins with the type
    array,
    map,
    unused,  ///< 0xC1
};

[[nodiscard]] constexpr bool is_number(MsgpackKind kind) noexcept {
    return kind == MsgpackKind::positive || kind == MsgpackKind::negative ||
           kind == MsgpackKind::float32 || kind == MsgpackKind::float64;
}
[[nodiscard]] constexpr bool is_container(MsgpackKind kind) noexcept {
    return kind == MsgpackKind::array || kind == MsgpackKind::map;
}

/// What a first byte says: a size of `width` bytes follows it, or `count` holds.
struct MsgpackFirstByte {
    MsgpackKind kind = MsgpackKind::unused;
    std::uint8_t width = 0;
    std::uint8_t count = 0;
};

inline constexpr std::array<MsgpackFirstByte, 32> kMsgpackSpecial = {{
    {MsgpackKind::nil},
    {MsgpackKind::unused},
    {MsgpackKind::boolean},
    {MsgpackKind::boolean},
    {MsgpackKind::bin, 1},
    {MsgpackKind::bin, 2},
    {MsgpackKind::bin, 4},
    {MsgpackKind::ext, 1},
    {MsgpackKind::ext, 2},
    {MsgpackKind::ext, 4},
    {MsgpackKind::float32, 0, 4},
    {MsgpackKind::float64, 0, 8},
    {MsgpackKind::positive, 0, 1},
    {MsgpackKind::positive, 0, 2},
    {MsgpackKind::positive, 0, 4},
    {MsgpackKind::positive, 0, 8},
    {MsgpackKind::negative, 0, 1},
    {MsgpackKind::negative, 0, 2},
    {MsgpackKind::negative, 0, 4},
    {MsgpackKind::negative, 0, 8},
    {MsgpackKind::ext, 0, 2},
    {MsgpackKind::ext, 0, 3},
    {MsgpackKind::ext, 0, 5},
    {MsgpackKind::ext, 0, 9},
    {MsgpackKind::ext, 0, 17},
    {MsgpackKind::str, 1},
    {MsgpackKind::str, 2},
    {MsgpackKind::str, 4},
    {MsgpackKind::array, 2},
    {MsgpackKind::array, 4},
    {MsgpackKind::map, 2},
    {MsgpackKind::map, 4},
}};

constexpr std::array<MsgpackFirstByte, 256> msgpack_first_bytes() {
    std::array<MsgpackFirstByte, 256> all{};
    for (unsigned byte = 0; byte < all.size(); ++byte) {
        const auto low4 = static_cast<std::uint8_t>(byte & 0x0FU);
        const auto low5 = static_cast<std::uint8_t>(byte & 0x1FU);
        if (byte < 0x80U) {
            all.at(byte) = {MsgpackKind::positive};
        } else if (byte < 0x90U) {
            all.at(byte) = {MsgpackKind::map, 0, static_cast<std::uint8_t>(2 * low4)};
        } else if (byte < 0xA0U) {
            all.at(byte) = {MsgpackKind::array, 0, low4};
        } else if (byte < 0xC0U) {
            all.at(byte) = {MsgpackKind::str, 0, low5};
        } else if (byte < 0xE0U) {
            all.at(byte) = kMsgpackSpecial.at(low5);
        } else {
            all.at(byte) = {MsgpackKind::negative};
        }
    }
    return all;
}
inline constexpr std::array<MsgpackFirstByte, 256> kMsgpackFirstBytes = msgpack_first_bytes();

}  // namespace ffdump

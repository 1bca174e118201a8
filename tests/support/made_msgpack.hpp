// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/facen.hpp"
#include "ffdump/record/facen_encoding.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

// Msgpack written by hand, with widths to choose: what a library would shorten must come through.

/// The bytes of `number`, most significant first.
[[nodiscard]] inline std::string mp_bytes(std::uint64_t number, std::size_t width) {
    std::string bytes;
    for (std::size_t i = width; i > 0; --i) {
        bytes += static_cast<char>((number >> (8 * (i - 1))) & 0xFFU);
    }
    return bytes;
}

/// First byte and size of `width` bytes; the first bytes of wider ones follow that of 1 byte.
[[nodiscard]] inline std::string mp_sized(unsigned first, std::uint64_t size, std::size_t width) {
    const unsigned step = width == 4 ? 2 : static_cast<unsigned>(width) - 1;
    return std::string(1, static_cast<char>(first + step)) + mp_bytes(size, width);
}

/// `width` 0 = in the first byte.
[[nodiscard]] inline std::string mp_uint(std::uint64_t number, std::size_t width = 8) {
    if (width == 0) {
        return {static_cast<char>(number)};
    }
    const unsigned step = width == 8 ? 3 : static_cast<unsigned>(width) / 2;
    return std::string(1, static_cast<char>(0xCCU + step)) + mp_bytes(number, width);
}
[[nodiscard]] inline std::string mp_int(std::int64_t number, std::size_t width = 8) {
    const unsigned step = width == 8 ? 3 : static_cast<unsigned>(width) / 2;
    return std::string(1, static_cast<char>(0xD0U + step)) +
           mp_bytes(static_cast<std::uint64_t>(number), width);
}
[[nodiscard]] inline std::string mp_str(std::string_view text, std::size_t width = 0) {
    std::string head = width == 0 && text.size() < 32
                           ? std::string(1, static_cast<char>(0xA0U | text.size()))
                           : mp_sized(0xD9U, text.size(),
                                      width != 0          ? width
                                      : text.size() < 256 ? 1
                                                          : 2);
    return head.append(text);
}
[[nodiscard]] inline std::string mp_bin(std::string_view bytes, std::size_t width = 0) {
    return mp_sized(0xC4U, bytes.size(),
                    width != 0           ? width
                    : bytes.size() < 256 ? 1
                                         : 2)
        .append(bytes);
}
[[nodiscard]] inline std::string mp_ext(char type, std::string_view bytes) {
    return mp_sized(0xC7U, bytes.size(), 1).append(1, type).append(bytes);
}
[[nodiscard]] inline std::string mp_float32(float value) {
    return "\xCA" + mp_bytes(std::bit_cast<std::uint32_t>(value), 4);
}
[[nodiscard]] inline std::string mp_float64(double value) {
    return "\xCB" + mp_bytes(std::bit_cast<std::uint64_t>(value), 8);
}
inline const std::string kMpNil = "\xC0";

/// Elements as they are; `width` of the count, 0 = in the first byte.
[[nodiscard]] inline std::string mp_array(const std::vector<std::string>& items,
                                          std::size_t width = 0) {
    std::string text =
        width == 0 ? std::string(1, static_cast<char>(0x90U | items.size()))
                   : std::string(1, width == 2 ? '\xDC' : '\xDD') + mp_bytes(items.size(), width);
    for (const std::string& item : items) {
        text += item;
    }
    return text;
}
using MpPairs = std::vector<std::pair<std::string, std::string>>;
/// Keys are texts, values as they are.
[[nodiscard]] inline std::string mp_map(const MpPairs& pairs, std::size_t width = 0) {
    std::string text =
        width == 0 ? std::string(1, static_cast<char>(0x80U | pairs.size()))
                   : std::string(1, width == 2 ? '\xDE' : '\xDF') + mp_bytes(pairs.size(), width);
    for (const auto& [key, value] : pairs) {
        text += mp_str(key) + value;
    }
    return text;
}

/// A facen as a profile's word has it, as a new writer would.
[[nodiscard]] inline std::string mp_facen(const Facen& facen, std::string_view word) {
    FacenEncoding encoding = FacenEncoding::of(word).value();
    encoding.carrier = FacenEncoding::Carrier::msgpack;
    std::string text;
    append_facen(text, facen, encoding, SlashStyle::plain, "");
    return text;
}

/// {id, facen, facen_model, meta {x, normalized_id}}, meta with an ext, a nil and wide numbers.
[[nodiscard]] inline std::string mp_record(std::uint64_t id, const std::string& facen,
                                           std::string_view image) {
    return mp_map({{"id", mp_uint(id)},
                   {"facen", facen},
                   {"facen_model", mp_str("old_8")},
                   {"meta", mp_map({{"x", mp_uint(7, 4)},
                                    {"t", mp_ext(1, "12345678")},
                                    {"n", kMpNil},
                                    {"normalized_id", mp_str(image)}})}});
}
/// The same as a tuple.
[[nodiscard]] inline std::string mp_tuple(std::uint64_t id, const std::string& facen,
                                          std::string_view image) {
    return mp_array({mp_uint(id), facen, mp_str("old_8"),
                     mp_map({{"x", mp_uint(7, 4)},
                             {"t", mp_ext(1, "12345678")},
                             {"n", kMpNil},
                             {"normalized_id", mp_str(image)}})});
}

}  // namespace ffdump

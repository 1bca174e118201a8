// SPDX-License-Identifier: Apache-2.0
#include "msgpack_facen.hpp"

#include "float_bytes.hpp"

#include "ffdump/record/msgpack_token.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace ffdump {
namespace {

using Form = FacenEncoding::Form;

/// The same spelling without the value around it.
FacenEncoding inner_of(FacenEncoding encoding) noexcept {
    encoding.carrier = FacenEncoding::Carrier::json;
    return encoding;
}

std::string_view payload_of(std::string_view token) noexcept {
    return msgpack_bytes(token).value_or(std::string_view());
}

template <class Bits>
Bits bits_of(std::string_view token) noexcept {
    Bits bits = 0;
    for (const char byte : token.substr(1, sizeof(Bits))) {
        bits = static_cast<Bits>((bits << 8U) | static_cast<unsigned char>(byte));
    }
    return bits;
}

/// A float64 beyond float's range becomes infinite, as it does when JSON is read.
float narrowed(double wide) noexcept {
    constexpr double kMost = std::numeric_limits<float>::max();
    return std::abs(wide) > kMost ? std::numeric_limits<float>::infinity()
                                  : static_cast<float>(wide);
}

/// A number of any type; writers in Lua or JavaScript make whole ones integers.
std::optional<float> number_of(std::string_view token, const MsgpackHead& head) noexcept {
    switch (head.kind) {
        case MsgpackKind::float32:
            return std::bit_cast<float>(bits_of<std::uint32_t>(token));
        case MsgpackKind::float64:
            return narrowed(std::bit_cast<double>(bits_of<std::uint64_t>(token)));
        case MsgpackKind::positive:
            return static_cast<float>(*msgpack_number(token));
        case MsgpackKind::negative: {
            // A negative fixint is its own first byte; others follow theirs.
            const std::string_view bytes = token.size() == 1 ? token : token.substr(1);
            std::uint64_t bits =
                (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~0ULL : 0;
            for (const char byte : bytes) {
                bits = (bits << 8U) | static_cast<unsigned char>(byte);
            }
            return static_cast<float>(static_cast<std::int64_t>(bits));
        }
        default:
            return std::nullopt;
    }
}

Result<Facen> decode_numbers(std::string_view token) {
    const std::optional<MsgpackHead> array = msgpack_head(token);
    if (!array || array->kind != MsgpackKind::array) {
        return failed(Reason::facen_invalid, "the facen is no array of numbers");
    }
    if (array->count > kMaxDimension) {
        return failed(Reason::facen_invalid, "the facen is longer than any model's");
    }
    Facen facen;
    std::string_view rest = token.substr(array->bytes);
    for (std::uint64_t i = 0; i < array->count; ++i) {
        const std::optional<MsgpackHead> head = msgpack_head(rest);
        const std::uint64_t size = head ? head->bytes + head->count : 0;
        const std::optional<float> value =
            head && size <= rest.size()
                ? number_of(rest.substr(0, static_cast<std::size_t>(size)), *head)
                : std::nullopt;
        if (!value) {
            return failed(Reason::facen_invalid, "the facen holds something else than numbers");
        }
        facen.push_back(*value);
        rest.remove_prefix(static_cast<std::size_t>(size));
    }
    return rest.empty() ? Result<Facen>(std::move(facen))
                        : failed(Reason::facen_invalid, "something follows the facen's numbers");
}

/// Whether the array that is replaced has float32 in it; float64 takes every other number.
bool has_float32(std::string_view array) noexcept {
    const std::optional<MsgpackHead> list = msgpack_head(array);
    std::string_view rest = list ? array.substr(list->bytes) : std::string_view();
    while (const std::optional<MsgpackHead> head = msgpack_head(rest)) {
        if (head->kind == MsgpackKind::float32) {
            return true;
        }
        const std::uint64_t size = head->bytes + head->count;
        if (head->is_container() || size > rest.size()) {
            return false;
        }
        rest.remove_prefix(static_cast<std::size_t>(size));
    }
    return false;
}

template <class Bits>
void append_number(std::string& out, char first, Bits bits) {
    out += first;
    for (std::size_t i = sizeof(Bits); i > 0; --i) {
        out += static_cast<char>((bits >> (8 * (i - 1))) & 0xFFU);
    }
}

void append_numbers(std::string& out, std::span<const float> facen, std::string_view old) {
    constexpr char kFloat32 = '\xCA';
    constexpr char kFloat64 = '\xCB';
    const std::size_t old_bytes = msgpack_head(old).value_or(MsgpackHead{}).bytes;
    std::optional<std::string> head = msgpack_array_head(facen.size(), old.substr(0, old_bytes));
    for (const std::size_t bytes : {std::size_t{3}, std::size_t{5}}) {
        head = head ? head : msgpack_array_head(facen.size(), std::string(bytes, '\0'));
    }
    out += *head;
    const bool is_single = has_float32(old);
    for (const float value : facen) {
        if (is_single) {
            append_number(out, kFloat32, std::bit_cast<std::uint32_t>(value));
        } else {
            append_number(out, kFloat64, std::bit_cast<std::uint64_t>(static_cast<double>(value)));
        }
    }
}

}  // namespace

Result<Facen> decode_msgpack_facen(std::string_view token, const FacenEncoding& encoding) {
    if (encoding.form == Form::numbers) {
        return decode_numbers(token);
    }
    const std::optional<std::string_view> payload = msgpack_bytes(token);
    if (!payload) {
        return failed(Reason::facen_invalid, "the facen is neither str nor bin");
    }
    return encoding.is_binary() ? facen_of_bytes(*payload, encoding)
                                : decode_facen(*payload, inner_of(encoding));
}

void append_msgpack_facen(std::string& out, std::span<const float> facen,
                          const FacenEncoding& encoding, std::string_view old) {
    if (encoding.form == Form::numbers) {
        append_numbers(out, facen, old);
        return;
    }
    std::string payload;
    if (encoding.is_binary()) {
        append_float_bytes(payload, facen, encoding);
    } else {
        append_facen(payload, facen, inner_of(encoding), SlashStyle::plain, payload_of(old));
    }
    constexpr std::string_view kEmptyBin("\xC4\0", 2);
    const bool is_new_bin = old.empty() && encoding.form == Form::bin;
    append_msgpack_bytes(out, payload, is_new_bin ? kEmptyBin : old);
}

std::size_t dimension_of_msgpack(std::string_view token, const FacenEncoding& encoding) noexcept {
    if (encoding.form == Form::numbers) {
        return static_cast<std::size_t>(msgpack_head(token).value_or(MsgpackHead{}).count);
    }
    const std::string_view payload = payload_of(token);
    return encoding.is_binary() ? payload.size() / float_bytes(encoding)
                                : dimension_of_text(payload, inner_of(encoding));
}

}  // namespace ffdump

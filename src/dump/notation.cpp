// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/notation.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <charconv>
#include <system_error>

namespace ffdump {
namespace {

Result<std::string> text_of_msgpack(std::string_view token) {
    const std::optional<std::string_view> text =
        token.empty() ? std::optional<std::string_view>(token) : msgpack_bytes(token);
    if (!text) {
        return failed(Reason::record_malformed, "a value is neither str nor bin");
    }
    if (!is_utf8(*text)) {
        return failed(Reason::record_malformed, "a string is not UTF-8");
    }
    return std::string(*text);
}

/// A number, or the head of an array alone, which states how many elements follow.
std::optional<std::uint64_t> number_of_msgpack(std::string_view token) {
    const std::optional<MsgpackHead> head = msgpack_head(token);
    const bool is_count = head && head->kind == MsgpackKind::array && token.size() == head->bytes;
    return is_count ? std::optional(head->count) : msgpack_number(token);
}

std::optional<std::uint64_t> number_of_json(std::string_view token) {
    std::uint64_t number = 0;
    const char* const begin = token.data();
    const char* const end = begin + token.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<std::string> text_of(Notation notation, std::string_view token) {
    return notation == Notation::json ? unescape_json(token) : text_of_msgpack(token);
}

std::optional<std::uint64_t> number_of(Notation notation, std::string_view token) {
    return notation == Notation::json ? number_of_json(token) : number_of_msgpack(token);
}

void append_text(std::string& out, Notation notation, std::string_view text, std::string_view old) {
    if (notation == Notation::json) {
        append_json_escaped(out, text);
    } else {
        append_msgpack_bytes(out, text, old);
    }
}

void append_number(std::string& out, Notation notation, std::uint64_t number,
                   std::string_view old) {
    if (notation == Notation::json) {
        out += std::to_string(number);
    } else {
        append_msgpack_number(out, number, old);
    }
}

}  // namespace ffdump

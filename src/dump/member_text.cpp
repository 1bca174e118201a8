// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/member_text.hpp"

#include "json_members.hpp"
#include "json_scan.hpp"
#include "msgpack_stated.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>
#include <msgpack.hpp>

namespace ffdump {
namespace {

constexpr unsigned char kMsgpackTrue = 0xC3;

std::optional<std::string> json_member_text(std::string_view record, const FieldPath& path) {
    const MemberPlace place = find_member(record, 0, path, SearchEnd::first_found);
    const std::size_t end =
        place.kind == MemberPlace::Kind::found ? value_end(record, place.at) : kNowhere;
    if (end == kNowhere) {
        return std::nullopt;
    }
    const std::string_view value = trim_end(record.substr(place.at, end - place.at));
    if (value.empty() || value == "null" || value == R"("")" || value.front() == '{' ||
        value.front() == '[') {
        return std::nullopt;
    }
    if (value.front() != '"') {
        return std::string(value);
    }
    const std::string_view token = value.substr(1, value.size() - 2);
    return unescape_json(token).value_or(std::string(token));
}

/// Of a number below 0 or with a fraction, as JSON would have it.
std::optional<std::string> odd_number_text(std::string_view token) {
    try {
        const msgpack::object_handle number = msgpack::unpack(token.data(), token.size());
        return number->type == msgpack::type::NEGATIVE_INTEGER
                   ? fmt::to_string(number->as<std::int64_t>())
                   : fmt::to_string(number->as<double>());
    } catch (const msgpack::type_error&) {
        return std::nullopt;
    } catch (const msgpack::unpack_error&) {
        return std::nullopt;
    }
}

std::optional<std::string> msgpack_member_text(std::string_view record, const FieldPath& path) {
    const std::optional<ByteRange> place = find_in_msgpack(record, path);
    const std::string_view token =
        place ? record.substr(place->begin, place->size) : std::string_view();
    const std::optional<MsgpackHead> head = msgpack_head(token);
    if (!head) {
        return std::nullopt;
    }
    switch (head->kind) {
        case MsgpackKind::str:
        case MsgpackKind::bin: {
            const std::string_view text = token.substr(head->bytes);
            return text.empty() ? std::nullopt : std::optional<std::string>(text);
        }
        case MsgpackKind::boolean:
            return static_cast<unsigned char>(token.front()) == kMsgpackTrue ? "true" : "false";
        case MsgpackKind::positive:
        case MsgpackKind::negative:
        case MsgpackKind::float32:
        case MsgpackKind::float64:
            if (const std::optional<std::uint64_t> number = msgpack_number(token)) {
                return fmt::to_string(*number);
            }
            return odd_number_text(token);
        case MsgpackKind::nil:
        case MsgpackKind::ext:
        case MsgpackKind::array:
        case MsgpackKind::map:
        case MsgpackKind::unused:
            return std::nullopt;
    }
    return std::nullopt;
}
}  // namespace

std::optional<std::string> member_text(Notation notation, std::string_view record,
                                       const FieldPath& path) {
    return notation == Notation::json ? json_member_text(record, path)
                                      : msgpack_member_text(record, path);
}

std::optional<FieldPath> parse_field_path(std::string_view text) {
    FieldPath path;
    for (;;) {
        const std::size_t dot = text.find('.');
        path.emplace_back(text.substr(0, dot));
        if (path.back().empty()) {
            return std::nullopt;
        }
        if (dot == std::string_view::npos) {
            return path;
        }
        text.remove_prefix(dot + 1);
    }
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#include "msgpack_stated.hpp"

#include "ffdump/record/msgpack_token.hpp"

namespace ffdump {
namespace {

/// One after the value that begins at `at`; nothing when it is not whole.
std::optional<std::size_t> behind(std::string_view text, std::size_t at) {
    const MsgpackEnd end = msgpack_end(text.substr(at));
    return end.kind == MsgpackEnd::Kind::found ? std::optional(at + end.at) : std::nullopt;
}

/// Where the value of `part` in the container that begins at `at` begins.
std::optional<std::size_t> child_of(std::string_view text, std::size_t at,
                                    const std::string& part) {
    const std::optional<MsgpackHead> head = msgpack_head(text.substr(at));
    if (!head || !head->is_container()) {
        return std::nullopt;
    }
    const bool is_map = head->kind == MsgpackKind::map;
    at += head->bytes;
    for (std::uint64_t i = 0; i < head->count; ++i) {
        const std::optional<std::size_t> end = behind(text, at);
        if (!end) {
            return std::nullopt;
        }
        const bool is_key = is_map && i % 2 == 0;
        if (is_key && msgpack_bytes(text.substr(at, *end - at)) == part) {
            return end;
        }
        if (!is_map && std::to_string(i) == part) {
            return at;
        }
        at = *end;
    }
    return std::nullopt;
}

}  // namespace

std::optional<ByteRange> find_in_msgpack(std::string_view value, const FieldPath& path) {
    std::optional<std::size_t> at = path.empty() ? std::nullopt : std::optional<std::size_t>(0);
    for (const std::string& part : path) {
        at = at ? child_of(value, *at, part) : std::nullopt;
    }
    const std::optional<std::size_t> end = at ? behind(value, *at) : std::nullopt;
    if (!end) {
        return std::nullopt;
    }
    return ByteRange{.begin = static_cast<std::uint32_t>(*at),
                     .size = static_cast<std::uint32_t>(*end - *at)};
}

StatedValues stated_by_msgpack(std::string_view map, const StatedPaths& paths) {
    const auto found = [map](const FieldPath& path, bool is_text) -> std::optional<ByteRange> {
        const std::optional<ByteRange> range = find_in_msgpack(map, path);
        if (!range) {
            return std::nullopt;
        }
        const std::string_view token = map.substr(range->begin, range->size);
        const bool fits =
            is_text ? msgpack_bytes(token).has_value() : msgpack_number(token).has_value();
        return fits ? range : std::nullopt;
    };
    return {.gallery = found(paths.gallery, true),
            .facen_model = found(paths.facen_model, true),
            .dimension = found(paths.dimension, false),
            .count = found(paths.count, false)};
}

bool is_stated_by_msgpack(const Profile& profile, const StatedPaths& paths,
                          std::string_view value) {
    const std::optional<MsgpackHead> head = msgpack_head(value);
    if (!head || head->kind != MsgpackKind::map || find_in_msgpack(value, profile.id) ||
        find_in_msgpack(value, profile.facen)) {
        return false;
    }
    const StatedValues values = stated_by_msgpack(value, paths);
    return values.gallery || values.facen_model || values.dimension || values.count;
}

}  // namespace ffdump

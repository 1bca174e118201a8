// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ffdump {

/// Where a value stands in an object whose text may be cut off.
struct MemberPlace {
    enum class Kind : std::uint8_t {
        found,
        absent,      ///< the object ends without it
        incomplete,  ///< the text ends before that is known
        malformed,   ///< this is no JSON object, or has the member twice
    };
    Kind kind = Kind::absent;
    std::size_t at = 0;  ///< first byte of the value, when found
};

/// How far find_member() looks: one that is found may stand there twice.
enum class SearchEnd : std::uint8_t { first_found, end_of_text };

/// Looks for the value at `path` in the object that begins at `from`, at memchr's speed and without
/// a proof that all of it is JSON.
[[nodiscard]] MemberPlace find_member(std::string_view text, std::size_t from,
                                      const FieldPath& path, SearchEnd end);

/// Whether `text` is one JSON value and nothing else; bytes in strings that are not UTF-8 are
/// taken as they are.
[[nodiscard]] bool is_json_value(std::string_view text);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// A shorter vector is no facen of any model.
inline constexpr std::size_t kFewestFloats = 16;

/// A member somewhere in the first record of a file, as far as a draft needs to know it.
struct DraftMember {
    FieldPath path;
    std::string kind;                          ///< "text of 24 bytes"
    std::optional<std::string_view> encoding;  ///< the word of facen_encoding it looks like
    bool is_id = false;                        ///< a whole number from 0 to 2^64-1
    bool is_text = false;
};

/// The word of facen_encoding for a text that may be the base64 of a facen, or nothing.
[[nodiscard]] std::optional<std::string_view> base64_word_of(std::string_view text);

/// Guesses what the members are and writes it down as a profile.
[[nodiscard]] std::string draft_profile(const std::vector<DraftMember>& members,
                                        std::string_view container, const FieldPath& records);

/// suggest_profile() for a file of msgpack.
[[nodiscard]] Result<std::string> suggest_msgpack_profile(std::string_view prefix);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ffdump {

/// Where and why a text is not JSON as we write it.
struct JsonMistake {
    std::string text;  ///< never quotes the text it is about
    std::size_t offset = 0;
};

/// One JSON document and nothing else. On top of what nlohmann's parser refuses: a key that stands
/// twice in an object (it would take the last one in silence), nesting over `most_depth`, a byte
/// order mark.
[[nodiscard]] tl::expected<nlohmann::json, JsonMistake> parse_strict_json(std::string_view text,
                                                                          std::size_t most_depth);

/// `value` as one line of JSON. Bytes that are not UTF-8 have no place in JSON: texts that may
/// hold some are passed through json_text first.
[[nodiscard]] std::string json_line(const nlohmann::ordered_json& value);

/// `text` as it is when it is UTF-8, else as base/printable.hpp spells it.
[[nodiscard]] std::string json_text(const std::string& text);

}  // namespace ffdump

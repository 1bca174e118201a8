// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

using JsonElement = simdjson::dom::element;
using JsonObject = simdjson::dom::object;
using JsonArray = simdjson::dom::array;

/// Deepest nesting of an answer that is read.
inline constexpr std::size_t kMaxAnswerDepth = 64;

/// The value of `key`, or nothing. Fails with `answer_malformed` when it is there twice: whoever
/// else reads the answer may take the other one.
[[nodiscard]] Result<std::optional<JsonElement>> unique_value(JsonObject object,
                                                              std::string_view key);

/// Parses a whole answer. The element is valid until the next call on this thread.
[[nodiscard]] Result<JsonElement> parse_json(std::string_view body);

/// Words of the service for a message: at most `limit` bytes, safe for a terminal.
[[nodiscard]] std::string quoted_words(std::string_view text, std::size_t limit);

/// "CODE: description" of an error object of the service, or its text; empty when it has neither.
[[nodiscard]] std::string error_words(JsonElement error);

/// The same of the body of an answer that is an error as a whole; empty when it does not say.
[[nodiscard]] std::string error_words_of_body(std::string_view body);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer_text.hpp"

#include "ffdump/base/result.hpp"

#include <optional>
#include <string_view>

namespace ffdump {

/// The value at a dotted path of keys ("face_emben.result") below `start`, or nothing when a key
/// is missing or a value on the way is no object. Fails with `answer_malformed` on a key that
/// occurs twice.
[[nodiscard]] Result<std::optional<JsonElement>> value_at(JsonElement start, std::string_view path);

/// The same, but "**.PATH" looks for PATH at any depth below `start`, arrays included: the nesting
/// between object and attribute is not documented for v2 (findface.md, 2.2). Two places with
/// different values are `answer_malformed`.
[[nodiscard]] Result<std::optional<JsonElement>> value_anywhere(JsonElement start,
                                                                std::string_view path);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// The value at `path` in a record that the reader took: what a string says, a number or a truth
/// value as JSON has it; of a string that is not UTF-8 the bytes. Nothing where it is not there,
/// null, an empty string, an object, an array or of a type that JSON does not have.
[[nodiscard]] std::optional<std::string> member_text(Notation notation, std::string_view record,
                                                     const FieldPath& path);

/// "meta.person" as a path; nothing when a part of it is empty.
[[nodiscard]] std::optional<FieldPath> parse_field_path(std::string_view text);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record_parser.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace ffdump {

/// Where an array goes on after an element whose end was not found: one damaged quote or bracket
/// would otherwise take every later record with it. `bytes` begin with that element; readable
/// memory reaches RecordParser::kPadding further. Returns the position of the first comma behind
/// which stands a whole, valid record of the profile that a comma or bracket follows.
/// Only ever asked about damaged files; one call costs at most a fixed multiple of its bytes.
[[nodiscard]] std::optional<std::size_t> find_next_record(std::string_view bytes,
                                                          RecordParser& parser);

/// The same for records without commas between them: the position of the first bracket that opens a
/// whole, valid record behind one that closes something.
[[nodiscard]] std::optional<std::size_t> find_next_value(std::string_view bytes,
                                                         RecordParser& parser);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "refusal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// One part of a multipart/form-data body. `bytes` is a view into the body that was parsed.
struct FormPart {
    std::string name;
    std::optional<std::string> file_name;
    std::string content_type;  ///< empty = none given
    std::string_view bytes;
};

/// The media type of a Content-Type value in lower case, without parameters.
[[nodiscard]] std::string media_type(std::string_view content_type);

/// Parses a multipart/form-data body in place, strictly: boundary of 1 to 70 characters, CRLF line
/// ends, a closing delimiter with nothing but one CRLF behind it, a name in every part and no name
/// twice, at most 4096 parts. Refuses with 400.
[[nodiscard]] Checked<std::vector<FormPart>> parse_multipart(std::string_view content_type,
                                                             std::string_view body);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/net/http.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// Text of the first element `name` in an XML text, at most 200 bytes of it; "" when there is none.
/// No XML parser: S3 answers are flat and what is read from them only chooses a message.
[[nodiscard]] std::string xml_text(std::string_view xml, std::string_view name);

/// What an answer of an S3 service that is not 200 says. `place` is S3Place::words().
[[nodiscard]] Error s3_error(const HttpAnswer& answer, const S3Settings& settings,
                             const std::string& place);

}  // namespace ffdump

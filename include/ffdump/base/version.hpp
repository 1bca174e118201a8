// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ffdump {

/// "0.1.0" or "0.1.0+g1a2b3c4", from the build.
[[nodiscard]] std::string_view version_text() noexcept;

}  // namespace ffdump

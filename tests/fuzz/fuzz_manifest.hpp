// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ffdump {

/// The text of a manifest with a checksum that fits, else no change would ever get past it.
[[nodiscard]] std::string mended_manifest(std::string_view text);

}  // namespace ffdump

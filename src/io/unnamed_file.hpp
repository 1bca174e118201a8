// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.hpp"

#include <string>

namespace ffdump {

/// O_TMPFILE, or a named file that is unlinked at once where the file system has no O_TMPFILE.
[[nodiscard]] Result<Descriptor> open_unnamed(const std::string& directory);

/// The second way of open_unnamed, on its own so that it is tested on every file system.
[[nodiscard]] Result<Descriptor> open_and_unlink(const std::string& directory);

}  // namespace ffdump

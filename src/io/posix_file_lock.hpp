// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/file_system.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace ffdump {

/// flock(2) on the file: bound to the open file description, so that a second run in the same
/// process is refused too, and freed by the kernel however the process ends.
[[nodiscard]] Result<std::unique_ptr<FileLock>> take_posix_lock(const std::string& path,
                                                                std::string_view holder);

}  // namespace ffdump

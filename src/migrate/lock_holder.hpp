// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"

#include <string>

namespace ffdump {

/// "pid 17 on host a, since ...": what a second process is told of the one that holds the lock.
[[nodiscard]] std::string lock_holder(const Clock& clock);

}  // namespace ffdump

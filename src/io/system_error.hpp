// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"
#include "ffdump/io/file_system.hpp"

#include <cerrno>
#include <string>
#include <string_view>

namespace ffdump {

/// "cannot <action>: <text of errno>" with the path and the reason documented at File.
[[nodiscard]] Error system_error(int code, std::string_view action, const std::string& path,
                                 FilePurpose purpose);

/// Repeats a system call that a signal (EINTR) or a busy file (EAGAIN) kept from working. Bounded,
/// since a file system that answers so for ever must end in an error and not in a hang.
template <class Call>
[[nodiscard]] auto retry_interrupted(Call call) {
    constexpr int kMostInterruptions = 1000;
    auto result = call();
    for (int i = 0; result < 0 && (errno == EINTR || errno == EAGAIN) && i < kMostInterruptions;
         ++i) {
        result = call();
    }
    return result;
}

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

namespace ffdump {

/// What a file was opened for decides whose fault an errno is: the dump's or the output's.
enum class FilePurpose : std::uint8_t { reading, writing };

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

// SPDX-License-Identifier: Apache-2.0
#include "lock_holder.hpp"

#include <fmt/format.h>

#include <array>
#include <unistd.h>

namespace ffdump {

std::string lock_holder(const Clock& clock) {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) {
        host = {"unknown"};
    }
    return fmt::format("pid {} on host {}, since {}", ::getpid(), host.data(),
                       utc_text(clock.wall()));
}

}  // namespace ffdump

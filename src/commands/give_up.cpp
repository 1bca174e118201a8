// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

namespace ffdump {

int give_up(const CommandContext& context, std::span<const Error> errors) {
    constexpr int kSignalExit = 128;
    for (const Error& error : errors) {
        context.terminal.error(error);
    }
    const int signal = context.stop_signal.load();
    const bool was_stopped = signal != 0 && errors.front().reason() == Reason::interrupted;
    return was_stopped ? kSignalExit + signal : errors.front().exit_code();
}

}  // namespace ffdump

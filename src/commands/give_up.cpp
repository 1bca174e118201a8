// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "stop_signals.hpp"

#include "ffdump/base/log.hpp"

#include <string>

namespace ffdump {

namespace {

void tell(const CommandContext& context, const Error& error) {
    if (context.log_format == LogFormat::text) {
        context.terminal.error(error);
        return;
    }
    Log(context.terminal, context.clock, LogLevel::error, context.log_format)
        .error(error.one_line(), {{"reason", std::string(reason_name(error.reason()))},
                                  {"place", error.place_text()},
                                  {"hint", error.hint_text()}});
}

}  // namespace

int give_up(const CommandContext& context, std::span<const Error> errors) {
    for (const Error& error : errors) {
        tell(context, error);
    }
    const int signal = context.stop_signal.load();
    const bool was_stopped = signal != 0 && errors.front().reason() == Reason::interrupted;
    return was_stopped ? exit_code_of_signal(signal) : errors.front().exit_code();
}

}  // namespace ffdump

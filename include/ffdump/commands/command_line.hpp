// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ffdump {

/// The whole program behind main: reads the arguments, runs the command, returns the exit code.
/// Prints to stdout and stderr; installs signal handlers and hardens the process.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace ffdump

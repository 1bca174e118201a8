// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "terminal.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/error.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/io/file_system.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ffdump {

/// What a command works with; built in run_command_line, borrowed by the command.
struct CommandContext {
    FileSystem& files;
    Terminal& terminal;
    const Clock& clock;
    const std::atomic<int>& stop_signal;
    LogFormat log_format = LogFormat::text;  ///< of error lines as well
};

/// One subcommand. `declare` states its options and opens nothing; `run` is called once, after the
/// arguments were read, and returns the exit code.
class Command {
 public:
    virtual ~Command() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual std::string summary() const = 0;
    /// Shown under the options: an example and the exit codes.
    [[nodiscard]] virtual std::string epilogue() const = 0;
    virtual void declare(CLI::App& app) = 0;
    [[nodiscard]] virtual int run(const CommandContext& context) = 0;
};

/// Tells the operator every error and returns the exit code: that of the first, or 128 + signal
/// when a signal stopped the command.
[[nodiscard]] int give_up(const CommandContext& context, std::span<const Error> errors);

/// Every command of the program, in the order of the help.
[[nodiscard]] std::vector<std::unique_ptr<Command>> make_commands();

}  // namespace ffdump

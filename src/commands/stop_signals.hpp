// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace ffdump {

/// 128 and the signal; SIGHUP counts as SIGTERM.
[[nodiscard]] int exit_code_of_signal(int signal) noexcept;

/// SIGINT, SIGTERM and SIGHUP ask the run to stop (the flag holds the signal's number); a second
/// one leaves at once, which is safe, since only what is durable counts. SIGPIPE and SIGXFSZ are
/// ignored, so that they come back as errors of write(2).
[[nodiscard]] const std::atomic<int>& install_stop_signals();

/// No core dumps and no ptrace by others: memory holds facens, images and secrets.
void harden_process();

}  // namespace ffdump

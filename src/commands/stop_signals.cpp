// SPDX-License-Identifier: Apache-2.0
#include "stop_signals.hpp"

#include <csignal>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ffdump {
namespace {

// A signal handler can reach nothing but a global.
std::atomic<int> stop_signal{0};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
static_assert(std::atomic<int>::is_always_lock_free);

void on_stop(int signal) noexcept {
    if (stop_signal.exchange(signal) != 0) {
        ::_exit(exit_code_of_signal(signal));
    }
}

}  // namespace

int exit_code_of_signal(int signal) noexcept {
    constexpr int kSignalExit = 128;
    // A terminal that is gone stops a run as SIGTERM does.
    return kSignalExit + (signal == SIGHUP ? SIGTERM : signal);
}

const std::atomic<int>& install_stop_signals() {
    struct sigaction action{};
    action.sa_handler = on_stop;
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(signal, &action, nullptr);
    }
    struct sigaction ignored{};
    ignored.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignored, nullptr);
    ::sigaction(SIGXFSZ, &ignored, nullptr);
    return stop_signal;
}

void harden_process() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    // LeakSanitizer attaches to the process at its end and could not otherwise.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    ::umask(S_IRWXG | S_IRWXO);
}

}  // namespace ffdump

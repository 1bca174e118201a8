// SPDX-License-Identifier: Apache-2.0
// A test double of findface-extraction-api; never a part of what is installed.
#include "simulator_options.hpp"
#include "simulator_server.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr int kUsageError = 2;
constexpr int kCannotListen = 6;

/// The port appears under its final name with all its digits or not at all.
bool write_port_file(const std::string& path, std::uint16_t port) {
    const std::string beside = fmt::format("{}.{}", path, getpid());
    std::ofstream file(beside);
    file << port << '\n';
    file.close();
    return file.good() && std::rename(beside.c_str(), path.c_str()) == 0;
}

/// False when the parent has gone before the request to be told took effect.
bool end_with_parent(pid_t parent) {
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

int run(const ffdump::SimulatorOptions& options, const sigset_t& ends) {
    ffdump::SimulatorServer server(options);
    const auto port = server.start();
    if (!port) {
        fmt::print(stderr, "ffdump-extraction-sim: {}\n", port.error());
        return kCannotListen;
    }
    if (!options.port_file.empty() && !write_port_file(options.port_file, *port)) {
        fmt::print(stderr, "ffdump-extraction-sim: cannot write {}\n", options.port_file);
        return kCannotListen;
    }
    fmt::print(stderr,
               "ffdump-extraction-sim: a TEST DOUBLE of findface-extraction-api, model {} of {} "
               "floats; it recognises nobody\n",
               options.model, options.dimension);
    fmt::print("listening 127.0.0.1:{}\n", *port);
    if (std::fflush(stdout) != 0) {
        return kCannotListen;
    }
    int signal = 0;
    sigwait(&ends, &signal);
    server.stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const pid_t parent = getppid();
    // Before any thread starts, so that all of them inherit the mask and main alone is told.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    // The default slack of 50 us would show in short delays.
    prctl(PR_SET_TIMERSLACK, 1000);
    const auto parsed = ffdump::parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (parsed.exit_code >= 0) {
        fmt::print(parsed.exit_code == kUsageError ? stderr : stdout, "{}", parsed.text);
        return parsed.exit_code;
    }
    if (parsed.options.exit_with_parent && !end_with_parent(parent)) {
        return 0;
    }
    return run(parsed.options, ends);
}

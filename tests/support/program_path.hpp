// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace ffdump {

/// Path of a program that .ci/install-deps --tests installs. Throws std::runtime_error when it is
/// not there: a test without its server fails and is not skipped.
[[nodiscard]] inline std::string program_path(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(std::string(path == nullptr ? "" : path) + ":/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = folder + "/" + name;
        if (access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    throw std::runtime_error(name + " is not installed: run .ci/install-deps --tests");
}

}  // namespace ffdump

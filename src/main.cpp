// SPDX-License-Identifier: Apache-2.0
#include "ffdump/commands/command_line.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    try {
        return ffdump::run_command_line(argc, argv);
    } catch (const std::exception& e) {
        // The last resort: everything that can be expected to fail returns an Error instead.
        static_cast<void>(
            std::fprintf(stderr, "ffdump: internal error: %s [internal_error]\n", e.what()));
        return 1;
    }
}

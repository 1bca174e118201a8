// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"

#include <string>
#include <vector>

namespace ffdump {

/// `ffdump verify --same-facens DUMP...`: do the restored shards hold the new dump?
class SameFacensMode {
 public:
    /// What the command has read for all its modes. Borrowed.
    struct Shared {
        const std::string& new_dump;
        const FormatOptions& format;
        const LogOptions& log;
        bool is_json;
    };

    void declare(CLI::App& app);
    [[nodiscard]] bool is_wanted() const noexcept { return !redumps_.empty(); }
    /// Returns the exit code.
    [[nodiscard]] int run(const CommandContext& context, const Shared& shared) const;

 private:
    std::vector<std::string> redumps_;
};

}  // namespace ffdump

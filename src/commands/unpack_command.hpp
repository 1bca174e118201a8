// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"

#include "ffdump/archive/salvage_dump.hpp"
#include "ffdump/archive/unpack_dump.hpp"

#include <string>

namespace ffdump {

/// `ffdump unpack`: an archive back into a directory.
class UnpackCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "unpack"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<UnpackSummary> unpack(const CommandContext& context);
    [[nodiscard]] Result<SalvageReport> salvage(const CommandContext& context);
    [[nodiscard]] int run_salvage(const CommandContext& context);

    UnpackOptions options_;
    TrustOptions trust_;
    FormatOptions format_;
    LogOptions log_;
    std::string archive_;
    bool salvages_ = false;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"
#include "same_facens_mode.hpp"

#include "ffdump/verify/verification.hpp"

#include <string>

namespace ffdump {

/// `ffdump verify`: may the new dump be restored?
class VerifyCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "verify"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<void> check_usage() const;
    [[nodiscard]] Result<void> read_options(const CommandContext& context);
    [[nodiscard]] Result<VerifyReport> verify_with(const CommandContext& context);

    SameFacensMode same_facens_;
    FormatOptions format_;
    ExclusionOptions excluded_;
    TrustOptions trust_;
    LogOptions log_;
    VerifyOptions options_;
    bool against_manifest_ = false;
    bool strict_ = false;
    bool json_ = false;
};

}  // namespace ffdump

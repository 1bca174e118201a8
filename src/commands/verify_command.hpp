// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"
#include "report_options.hpp"
#include "same_facens_mode.hpp"
#include "sample_options.hpp"

#include "ffdump/verify/verification.hpp"

#include <memory>
#include <string>
#include <vector>

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
    [[nodiscard]] Result<void> prepare(const CommandContext& context);
    [[nodiscard]] tl::expected<VerifyReport, std::vector<Error>> verify_with(
        const CommandContext& context);

    SameFacensMode same_facens_;
    FormatOptions format_;
    ExclusionOptions excluded_;
    TrustOptions trust_;
    SampleOptions sample_;
    LogOptions log_;
    ReportOptions report_;
    VerifyOptions options_;
    bool against_manifest_ = false;
    bool strict_ = false;
    bool json_ = false;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"
#include "report_options.hpp"
#include "sample_options.hpp"

#include "ffdump/quality/quality.hpp"

#include <string>

namespace ffdump {

/// `ffdump quality`: do the new facens know the records as well as the old ones?
class QualityCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "quality"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<QualityReport> measure_with(const CommandContext& context);

    FormatOptions format_;
    LogOptions log_;
    ReportOptions report_;
    SeedOptions seed_;
    QualityOptions options_;
    std::string group_by_;
    bool strict_ = false;
    bool json_ = false;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"
#include "plan_report.hpp"

#include "ffdump/migrate/image_round.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <string>

namespace ffdump {

/// `ffdump plan`: what would migrate do, and does it find its images?
class PlanCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "plan"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] tl::expected<MigrationPlan, std::vector<Error>> plan_of(
        const CommandContext& context, const Settings& settings, Log& log,
        MigrationObserver& observer) const;
    [[nodiscard]] Result<PlanReport> report_of(const CommandContext& context,
                                               const Settings& settings, const MigrationPlan& plan,
                                               Log& log, MigrationObserver& observer) const;

    ConfigOptions config_;
    FormatOptions format_;
    LogOptions log_;
    std::string from_;
    TemporaryOptions temporary_;
    bool check_images_ = false;
    bool no_probe_ = false;
    bool json_ = false;
    bool skip_bad_records_ = false;
    bool allow_duplicate_ids_ = false;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"

#include "ffdump/migrate/migration.hpp"

#include <optional>
#include <string>

namespace ffdump {

/// `ffdump migrate`: the main job.
class MigrateCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "migrate"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<void> complete_options(FileSystem& files);
    [[nodiscard]] Result<void> accept_failures();
    [[nodiscard]] int run_with(const CommandContext& context, const Settings& settings, Log& log);
    /// Nothing when the disk is full and the operator wants to wait.
    [[nodiscard]] std::optional<int> attempt(const CommandContext& context,
                                             const Settings& settings, Log& log);
    [[nodiscard]] int conclude(const CommandContext& context,
                               const MigrationOutcome& outcome) const;

    ConfigOptions config_;
    FormatOptions format_;
    ExclusionOptions excluded_;
    LogOptions log_;
    MigrationOptions options_;
    std::optional<std::string> max_failures_;
    std::vector<std::string> accepted_failures_;
    std::string fetch_folder_;
    CompressOptions compress_;
};

}  // namespace ffdump

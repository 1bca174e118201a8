// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "inspection.hpp"
#include "option_groups.hpp"

#include "ffdump/dump/survey.hpp"

#include <string>
#include <vector>

namespace ffdump {

/// The table and the problems, for people.
[[nodiscard]] std::string render_inspection_text(const InspectedDump& dump);
/// One JSON document, schema_version 1; ids as decimal strings.
[[nodiscard]] std::string render_inspection_json(const InspectedDump& dump);

/// `ffdump inspect`: what is in a dump?
class InspectCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "inspect"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<InspectedDump> inspect(const CommandContext& context) const;
    [[nodiscard]] SurveyOptions survey_options() const;
    [[nodiscard]] Result<std::string> suggestion(const CommandContext& context) const;

    FormatOptions format_;
    LogOptions log_;
    std::string dump_;
    TemporaryOptions temporary_;
    bool json_ = false;
    bool suggests_ = false;
};

}  // namespace ffdump

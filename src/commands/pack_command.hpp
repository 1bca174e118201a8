// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"

#include "ffdump/archive/pack_dump.hpp"

#include <memory>
#include <string>

namespace ffdump {

/// `ffdump pack`: a new dump into one archive.
class PackCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "pack"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<PackSummary> pack(const CommandContext& context);
    [[nodiscard]] Result<void> read_key(const CommandContext& context);
    [[nodiscard]] Result<Secret> password(FileSystem& files) const;

    PackOptions options_;
    LogOptions log_;
    std::string output_;
    std::string key_file_;
    std::string password_file_;
    std::shared_ptr<const SigningKey> key_;
};

}  // namespace ffdump

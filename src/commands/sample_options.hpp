// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"

#include "ffdump/base/log.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/verify/verification.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ffdump {

/// `--seed N`, by chance when it is not given.
struct SeedOptions {
    std::optional<std::uint64_t> given;

    void declare(CLI::App& app);
    [[nodiscard]] std::uint64_t seed() const;
};

/// What drawing and extracting a sample works with; borrowed.
struct SampleScene {
    const CommandContext& context;
    const FormatOptions& format;
    Log& log;
    MigrationObserver& observer;
};

/// `--sample N|P%` of verify, and what it needs.
class SampleOptions {
 public:
    void declare(CLI::App& app);
    [[nodiscard]] bool is_wanted() const noexcept { return !size_.empty(); }
    /// Before anything is read: fails with `usage_error`.
    [[nodiscard]] Result<void> check() const;
    /// Draws from the new dump, extracts again and puts what comes out into the report.
    [[nodiscard]] tl::expected<void, std::vector<Error>> run(const SampleScene& scene,
                                                             const VerifyOptions& verified,
                                                             VerifyReport& report) const;

 private:
    ConfigOptions config_;
    SeedOptions seed_;
    std::string size_;
    std::string tolerance_ = "0.9999";
};

}  // namespace ffdump

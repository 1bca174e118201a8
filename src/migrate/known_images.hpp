// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/migrate/migration_plan.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Normalized ids to ask a storage for, to tell a broken or wrong storage from missing images: one
/// that came before, then some from all over the dump.
class KnownImages {
 public:
    explicit KnownImages(const MigrationPlan& plan);

    /// The image came; the first such one is asked for before all others from now on.
    void came(const std::string& normalized_id);
    /// It is gone since.
    void forget_first() { first_.clear(); }
    [[nodiscard]] const std::string& first() const noexcept { return first_; }

    /// One after another; nothing when all have been asked for. restart() begins anew.
    [[nodiscard]] std::optional<std::string> next();
    void restart() noexcept { asked_ = 0; }

 private:
    std::string first_;
    std::vector<std::string> samples_;
    std::size_t asked_ = 0;
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_share.hpp"

#include "ffdump/migrate/migration_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Normalized ids to ask a storage for, to tell a broken or wrong storage from missing images: one
/// that came before, twice, then some from all over the dump.
class KnownImages {
 public:
    explicit KnownImages(const MigrationPlan& plan);

    /// The image came, as the `others`th; the first such one is asked for before all others from
    /// now on.
    void came(const std::string& normalized_id, std::uint64_t others);
    /// The storage denies the image. The first is taken for gone once it was denied often while
    /// others came: a storage that has lost its images for a while gives no others.
    void denied(const std::string& normalized_id, std::uint64_t others);
    [[nodiscard]] const std::string& first() const noexcept { return first_; }

    /// One after another; nothing when all have been asked for. restart() begins anew.
    [[nodiscard]] std::optional<std::string> next();
    void restart() noexcept { asked_ = 0; }

 private:
    std::string first_;
    TellingFaults denials_{0};  ///< of the first, since it came last
    std::vector<std::string> samples_;
    std::size_t asked_ = 0;
};

}  // namespace ffdump

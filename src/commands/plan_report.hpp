// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/config/settings.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// What a look at a few images of each gallery, and at extraction-api with them, found.
struct ProbeFindings {
    std::uint64_t images = 0;
    std::uint64_t missing = 0;
    std::uint64_t image_bytes = 0;
    std::uint64_t facens = 0;
    std::uint64_t requests = 0;
    std::chrono::nanoseconds extraction{0};         ///< of all requests, one after the other
    std::map<std::size_t, std::size_t> dimensions;  ///< file of the plan -> floats of its facens
    std::vector<std::string> troubles;              ///< single images that gave no facen
};

/// What a look for every image found.
struct PresenceFindings {
    std::uint64_t checked = 0;
    std::uint64_t there = 0;
    std::map<std::size_t, std::map<std::string, std::uint64_t>> missing;  ///< file -> reason
    std::string way;                    ///< of looking and why, where there is a choice
    std::vector<std::string> examples;  ///< "gallery, record 5: image_missing", the first ten

    [[nodiscard]] std::uint64_t missing_count() const noexcept;
};

struct PlanReport {
    std::string storage;
    std::string extraction;
    std::optional<ProbeFindings> probe;
    std::optional<PresenceFindings> presence;
};

/// Images of one request; where the number is found out, what is begun with.
[[nodiscard]] std::size_t images_of_a_request(const Settings& settings);

/// Figures that follow from plan and probe.
struct PlanEstimate {
    std::uint64_t images = 0;    ///< records that need one
    std::uint64_t requests = 0;  ///< to extraction-api
    std::optional<std::uint64_t> image_bytes;
    std::uint64_t target_bytes = 0;  ///< of the new dump; facens of a known dimension counted
    std::optional<std::chrono::nanoseconds> duration;
};
[[nodiscard]] PlanEstimate estimate(const Settings& settings, const MigrationPlan& plan,
                                    const PlanReport& report);

[[nodiscard]] std::string render_plan_text(const Settings& settings, const MigrationPlan& plan,
                                           const PlanReport& report);
/// One JSON document, schema_version 1.
[[nodiscard]] std::string render_plan_json(const Settings& settings, const MigrationPlan& plan,
                                           const PlanReport& report);

}  // namespace ffdump

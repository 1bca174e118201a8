// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/migrate/image_round.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace ffdump {

struct FetchOutcome {
    std::uint64_t fetched = 0;
    std::uint64_t bytes = 0;          ///< of those
    std::uint64_t there_already = 0;  ///< from an earlier run
    std::map<std::string, std::uint64_t> missing_by_reason;

    [[nodiscard]] std::uint64_t missing() const noexcept;
};

/// `migrate --fetch-only`: brings the image of every record that the plan migrates into `folder`,
/// which is then a storage of type `directory`. Each file is written beside, synced and renamed, so
/// that what is there is whole and a second run goes on. Records without an image are listed in
/// FOLDER/.ffdump/missing.jsonl: gallery, id, reason, detail. Those of excluded ids are left alone.
/// Fails as image_round does, with `lock_held`, and with those of writing.
[[nodiscard]] Result<FetchOutcome> fetch_images(const Settings& settings, const MigrationPlan& plan,
                                                const std::string& folder,
                                                const ExcludedIds& excluded,
                                                const RoundServices& services);

}  // namespace ffdump

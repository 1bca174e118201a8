// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "salvaged_runs.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

using SalvageSink = std::function<Result<void>(std::string_view bytes)>;

struct SavedRecords {
    std::uint64_t records = 0;
    /// To be written over the beginning of what went to the sink: the head or header that states
    /// how many there are. Empty: nothing is.
    std::string head;
};

/// Writes the whole records of what is left of a dump file, in the same container. Each run is read
/// by itself, so that no record is made of two halves. An error of a run ends it as its end does.
[[nodiscard]] Result<SavedRecords> write_whole_records(std::vector<SalvagedRun> runs,
                                                       const Profile& profile,
                                                       const ReadLimits& limits,
                                                       const SalvageSink& sink);

/// The same for a list of failures: whole entries.
[[nodiscard]] Result<std::uint64_t> write_whole_failures(const std::vector<SalvagedRun>& runs,
                                                         std::size_t most_bytes,
                                                         const SalvageSink& sink);

}  // namespace ffdump

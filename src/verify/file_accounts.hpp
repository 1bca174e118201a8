// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_comparison.hpp"

#include <cstdint>

namespace ffdump {

/// Whether source = target + failed + excluded in number, ids and all other bytes.
[[nodiscard]] bool does_law_hold(const FileCounts& counts) noexcept;

/// Holds what was counted in one file against what the manifest promises of it: checksum,
/// fingerprint, digests, numbers, the law. What only repeats a finding that has named a record
/// (`findings_before`: how many there were when the file began) is left out.
void check_accounts(const ComparedFile& compared, const FileCounts& counts,
                    std::uint64_t findings_before, Findings& findings);

}  // namespace ffdump

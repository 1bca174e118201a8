// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/journal/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ffdump {

// Places in a journal that a rewind goes by. Each fails with `journal_damaged` where a record is
// not what its type says.

/// Which records a later RunRewound has made void.
[[nodiscard]] Result<std::vector<bool>> void_records(const std::vector<JournalRecord>& records);

/// The first record behind those that a check which passed vouches for; nothing when none did.
[[nodiscard]] std::optional<std::size_t> first_unvouched(const std::vector<JournalRecord>& records,
                                                         const std::vector<bool>& is_void);

/// The first commit that counts, of `file` or of any; the number of records when there is none.
[[nodiscard]] Result<std::size_t> first_commit(const std::vector<JournalRecord>& records,
                                               const std::vector<bool>& is_void,
                                               std::optional<std::uint32_t> file = std::nullopt);

/// The first record behind the commits of every file that has its final name. Such a file stays as
/// it is: in a retry the earlier one that it was made from is gone. With checks it was vouched for
/// in any case; an earlier process may have had none.
[[nodiscard]] Result<std::size_t> behind_final_names(const std::vector<JournalRecord>& records,
                                                     const std::vector<bool>& is_void);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"

#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ffdump {

/// Drops what came after the last commit. A file that is shorter than it has lost data:
/// `output_damaged`.
[[nodiscard]] Result<void> cut_to(File& file, std::uint64_t bytes);

/// What header and trailer of a file state anew.
[[nodiscard]] FileSplicer::NewFacts new_facts(const FilePlan& plan);

/// Of a file that states the number of its records before them: what stands there, packed as the
/// file is, with the number of those that were written; as long as what is there. Nothing for any
/// other. Fails as counted_head and stored_frame do: without it the file would state another
/// number.
[[nodiscard]] Result<std::optional<std::string>> final_head(const FilePlan& plan,
                                                            const FileSplicer::State& state);

/// The line of failures.jsonl for record `i`, which has failed.
[[nodiscard]] std::string failure_line(const FilePlan& plan, const BlockWork& work, std::size_t i);

}  // namespace ffdump

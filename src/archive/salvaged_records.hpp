// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ffdump {

using SalvageSink = std::function<Result<void>(std::string_view bytes)>;

/// Writes the whole records of `bytes`, a dump file with gaps, in the same container; how many.
/// An error of `bytes` ends it as the end does: what comes behind is not there.
[[nodiscard]] Result<std::uint64_t> write_whole_records(ByteSource& bytes, const Profile& profile,
                                                        const ReadLimits& limits,
                                                        const SalvageSink& sink);

/// The same for a list of failures: whole entries.
[[nodiscard]] Result<std::uint64_t> write_whole_failures(ByteSource& bytes, std::size_t most_bytes,
                                                         const SalvageSink& sink);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"

#include <memory>

namespace ffdump {

/// What a RecordReader is told to begin with behind a gap: it must not look for the file's header.
inline constexpr ReadPosition kBehindGap{.offset = 1, .line = 1, .ordinal = 1};

/// The bytes of a dump file behind a gap, which begin anywhere, as a RecordReader can take them:
/// from the first whole record on, or so that the reader finds it by itself. Nothing when no whole
/// record is found. Looks at twice the largest record at most. `run` must outlive the result.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> from_first_record(ByteSource& run,
                                                                    const Profile& profile,
                                                                    const ReadLimits& limits);

}  // namespace ffdump

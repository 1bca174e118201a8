// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/convert/conversion.hpp"
#include "ffdump/dump/dump_directory.hpp"

#include <string>

namespace ffdump {

/// The name of the new file with records of `gallery` that `source` gives: its own, or the
/// gallery's where nothing else in the file would tell the gallery. Fails with
/// `layout_cannot_carry` when that is no file's name.
[[nodiscard]] Result<std::string> converted_name(const ConvertOptions& options,
                                                 const DumpFile& source,
                                                 const std::string& gallery);

}  // namespace ffdump

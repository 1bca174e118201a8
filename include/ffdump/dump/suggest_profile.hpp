// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// A draft of a profile for a file of JSON or msgpack that begins with `prefix` (unpacked;
/// kRecognitionBytes are plenty), guessed from its first whole record: to be read and mended by a
/// person. Holds keys, kinds and sizes, never values. A draft that names id and facen is a valid
/// profile. Fails with `source_unrecognized` when no whole record is found.
[[nodiscard]] Result<std::string> suggest_profile(std::string_view prefix);

}  // namespace ffdump

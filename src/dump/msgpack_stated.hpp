// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"

#include <optional>
#include <string_view>

namespace ffdump {

/// The value at `path` in the map or array that is all of `value`; nothing when it is not there.
[[nodiscard]] std::optional<ByteRange> find_in_msgpack(std::string_view value,
                                                       const FieldPath& path);

/// What a whole map states.
[[nodiscard]] StatedValues stated_by_msgpack(std::string_view map, const StatedPaths& paths);
/// Whether a whole value is a header or trailer and no record: it states something that `paths`
/// name, and has neither an id nor a facen.
[[nodiscard]] bool is_stated_by_msgpack(const Profile& profile, const StatedPaths& paths,
                                        std::string_view value);

}  // namespace ffdump

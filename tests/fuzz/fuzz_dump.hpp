// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <string_view>

namespace ffdump {

/// Header and trailer of `profile` state what they can.
void add_stated(Profile& profile);

/// Reads `bytes` as a dump of this layout, at once and in blocks of `block_bytes`, decodes what it
/// holds and writes it anew, and holds the laws of RecordReader and FileSplicer against it.
void fuzz_dump(std::string_view bytes, const Profile& profile, std::size_t block_bytes);

}  // namespace ffdump

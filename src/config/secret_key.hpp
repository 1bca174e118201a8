// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/base/secret.hpp"
#include "ffdump/config/load_settings.hpp"

#include <string>

namespace ffdump {

/// `key` itself or the one line of the file that `key`-file names; both is a mistake. Empty when
/// neither is there. No message holds the secret.
[[nodiscard]] Secret read_secret_key(SectionReader& section, const std::string& key,
                                     const SecretReader& read_secret);

}  // namespace ffdump

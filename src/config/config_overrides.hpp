// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mistakes.hpp"

#include "ffdump/config/settings.hpp"
#include "ffdump/config/yaml_tree.hpp"

namespace ffdump {

/// Puts what the command line and the environment say into the tree of the file, so that one set of
/// checks serves all. Such values have no line; `mistakes` learns where they came from.
void apply_overrides(YamlNode& root, const SettingsOverrides& overrides, Mistakes& mistakes);

}  // namespace ffdump

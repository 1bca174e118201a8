// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/config/settings.hpp"

namespace ffdump {

/// The section `ffdump`: our own keys beside the vendor's.
void read_own(SectionReader& section, Settings& settings);

/// Four time-outs as in `extraction-api.timeouts`.
void read_timeouts(SectionReader& section, Timeouts& timeouts);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/verify/verification.hpp"

namespace ffdump {

/// Sets `restorable` and `verdict` after the findings.
void give_verdict(VerifyReport& report);

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>

namespace ffdump {

/// How far a loop over every place goes at once: 1, and `under_sanitizers` where AddressSanitizer
/// or ThreadSanitizer makes a step ten times as slow. The release build looks at each place; a
/// sanitizer asks whether any step errs, for which it need not see each. FFDUMP_EXHAUSTIVE=1: 1
/// everywhere. A prime leaves no bit, column or field of records of equal length out.
[[nodiscard]] inline std::size_t exhaustive_step([[maybe_unused]] std::size_t under_sanitizers) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    if (std::getenv("FFDUMP_EXHAUSTIVE") == nullptr) {
        return under_sanitizers;
    }
#endif
    return 1;
}

}  // namespace ffdump

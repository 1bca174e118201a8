// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What libFuzzer calls; FFDUMP_FUZZ_HARNESS is the function of the program that it is linked to.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    ffdump::FFDUMP_FUZZ_HARNESS({reinterpret_cast<const char*>(bytes), size});
    return 0;
}

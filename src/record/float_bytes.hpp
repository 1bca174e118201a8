// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/facen_encoding.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {

// Facens as the bytes of their floats, little-endian, float32 or float16 as the encoding says.

/// Of one float.
[[nodiscard]] std::size_t float_bytes(const FacenEncoding& encoding) noexcept;
/// Fails with `facen_invalid` when it is no whole number of floats or longer than any model's.
[[nodiscard]] Result<Facen> facen_of_bytes(std::string_view bytes, const FacenEncoding& encoding);
void append_float_bytes(std::string& out, std::span<const float> facen,
                        const FacenEncoding& encoding);

}  // namespace ffdump

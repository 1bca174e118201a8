// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/facen_encoding.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {

// What facen_encoding.hpp declares, for facens that msgpack carries: `token` and `old` are whole
// values with their prefix.

[[nodiscard]] Result<Facen> decode_msgpack_facen(std::string_view token,
                                                 const FacenEncoding& encoding);
void append_msgpack_facen(std::string& out, std::span<const float> facen,
                          const FacenEncoding& encoding, std::string_view old);
[[nodiscard]] std::size_t dimension_of_msgpack(std::string_view token,
                                               const FacenEncoding& encoding) noexcept;

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// A feature vector: little-endian float32 on the wire, unit length in FindFace (the vendor's only
/// complete example, srv2.6 tarantool_api, has norm 1.0000002).
using Facen = std::vector<float>;

/// What a new facen must satisfy before it may be written.
struct FacenRules {
    std::size_t dimension = 0;     ///< 0 = any; otherwise exactly this many floats
    double norm_tolerance = 1e-3;  ///< |norm - 1| at most this
};

/// Largest dimension that is believed; FindFace's own models have 160 to 800.
inline constexpr std::size_t kMaxDimension = 16384;

/// Euclidean length, accumulated in double.
[[nodiscard]] double facen_norm(std::span<const float> facen) noexcept;

/// Cosine similarity; 0 when the sizes differ or one has no length.
[[nodiscard]] double facen_cosine(std::span<const float> a, std::span<const float> b) noexcept;

/// The norm of a facen that keeps the rules. Fails with `facen_invalid` and says which it breaks:
/// empty, dimension, not finite, norm.
[[nodiscard]] Result<double> check_facen(std::span<const float> facen, const FacenRules& rules);

/// Decodes the text of a JSON string token between its quotes: standard base64 with padding, where
/// `\/` may stand for `/` (as Lua's JSON writes it). Fails with `facen_invalid` on anything else:
/// other escapes, wrong padding, a length that is no multiple of 4 bytes, over kMaxDimension.
[[nodiscard]] Result<Facen> decode_facen(std::string_view base64);

/// How a `/` of the base64 alphabet is spelled inside a JSON string.
enum class SlashStyle : unsigned char { plain, escaped };

/// Appends the base64 of `facen` (little-endian float32, padded) to `out`.
void append_facen(std::string& out, std::span<const float> facen, SlashStyle slash);

/// The style an old token shows, or nothing when it has no slash at all.
[[nodiscard]] std::optional<SlashStyle> slash_style_of(std::string_view base64) noexcept;

}  // namespace ffdump

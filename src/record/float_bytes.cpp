// SPDX-License-Identifier: Apache-2.0
#include "float_bytes.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

namespace ffdump {
namespace {

bool is_short(const FacenEncoding& encoding) noexcept {
    return encoding.type == FacenEncoding::Float::float16;
}

}  // namespace

std::size_t float_bytes(const FacenEncoding& encoding) noexcept {
    return is_short(encoding) ? sizeof(std::uint16_t) : sizeof(float);
}

Result<Facen> facen_of_bytes(std::string_view bytes, const FacenEncoding& encoding) {
    const std::size_t width = float_bytes(encoding);
    if (bytes.size() % width != 0 || bytes.size() / width > kMaxDimension) {
        return failed(Reason::facen_invalid,
                      fmt::format("the facen has {} bytes, which is no vector of float{}",
                                  bytes.size(), 8 * width));
    }
    Facen facen(bytes.size() / width);
    if (!is_short(encoding)) {
        if (!facen.empty()) {
            std::memcpy(facen.data(), bytes.data(), bytes.size());
        }
        return facen;
    }
    for (std::size_t i = 0; i < facen.size(); ++i) {
        std::uint16_t half = 0;
        std::memcpy(&half, bytes.data() + (i * sizeof(half)), sizeof(half));
        facen[i] = from_float16(half);
    }
    return facen;
}

void append_float_bytes(std::string& out, std::span<const float> facen,
                        const FacenEncoding& encoding) {
    if (!is_short(encoding)) {
        out.append(reinterpret_cast<const char*>(facen.data()), facen.size_bytes());
        return;
    }
    for (const float value : facen) {
        const std::uint16_t half = to_float16(value);
        out.append(reinterpret_cast<const char*>(&half), sizeof(half));
    }
}

}  // namespace ffdump

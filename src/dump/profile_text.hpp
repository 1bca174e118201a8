// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace ffdump {

/// A file of formats/ as it was when the program was built.
struct ProfileText {
    std::string_view file_name;
    std::string_view text;
};

/// In the order in which they are tried. Defined in a source made by embed_profiles.cmake.
[[nodiscard]] std::span<const ProfileText> shipped_profile_texts() noexcept;

}  // namespace ffdump

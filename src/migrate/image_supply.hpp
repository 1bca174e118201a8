// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ffdump {

/// What becomes of the images that wait for extraction if nothing is sent.
enum class ImageSupply : std::uint8_t {
    coming,   ///< others are under way, or will be soon
    held_up,  ///< there are others, but no room for them before some are sent
    ended     ///< there are no others
};

}  // namespace ffdump

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/images/image_store.hpp"

#include <cstddef>
#include <string>

namespace ffdump {

/// What of a stored file is believed.
struct ImageRules {
    std::size_t max_bytes = 0;
    ImageBounds bounds;
};

/// The image that these bytes are; fails as check_image() does, with `place`.
[[nodiscard]] Result<Image> stored_image(std::string bytes, const ImageRules& rules,
                                         const std::string& place);

/// What a store was doing when this went wrong.
[[nodiscard]] Error fetching(Error error);

}  // namespace ffdump

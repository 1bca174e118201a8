// SPDX-License-Identifier: Apache-2.0
#include "stored_image.hpp"

#include <memory>
#include <utility>

namespace ffdump {

Error fetching(Error error) {
    return std::move(error).while_doing("fetching the image");
}

Result<Image> stored_image(std::string bytes, const ImageRules& rules, const std::string& place) {
    const Result<ImageHeader> header = check_image(bytes, rules.bounds);
    if (!header) {
        return failed(fetching(Error(header.error()).at_file(place)));
    }
    return Image{std::make_shared<const std::string>(std::move(bytes)), header->kind};
}

}  // namespace ffdump
